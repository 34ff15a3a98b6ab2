"""How the single stage of an application in one language is split into a builder and a runtime."""
