"""What every rewrite is built on: its plan, the steps of a RUN, what COPY brings, which programs are needed."""
