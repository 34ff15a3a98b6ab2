"""Shared by the rewrites: outcomes, the commands of a RUN, the paths of COPY, the programs that a stage runs."""
