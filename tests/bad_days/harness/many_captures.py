"""A producer process that captures and ends: ``python -m … <number> <folder>`` prints the pids."""

import sys

import click

from scifish.producer import Producer


def main(number: int, folder: str) -> None:
    """Commit begin and end of each capture, and end; the folder decides whose they are."""
    producer = Producer.start("sardana")
    for index in range(number):
        capture = producer.begin(producer.source("sardana"))
        capture.freeze_context(folder)
        capture.started(title=f"capture {index}")
        capture.ended("completed", points_recorded=index)
        click.echo(capture.pid)
    producer.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
