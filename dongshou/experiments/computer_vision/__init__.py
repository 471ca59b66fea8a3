"""Computer vision: more out of few pictures, by changing them and by what other pictures have taught."""

PLACE = 40  # in the course
