"""A producer process that captures so many times and ends: ``python -m … <number>`` prints the pids."""

import sys

import click

from scifish.producer import Producer

FOLDER = "/nowhere"
"""Outside every session: booked on nobody, so SciCat lets them wait and MongoDB takes them."""


def main(number: int) -> None:
    """Commit begin and end of each capture."""
    producer = Producer.start("sardana")
    for index in range(number):
        capture = producer.begin(producer.source("sardana"))
        capture.freeze_context(FOLDER)
        capture.started(title=f"capture {index}")
        capture.ended("completed", points_recorded=index)
        click.echo(capture.pid)
    producer.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
