"""What is known of Node.js projects."""
