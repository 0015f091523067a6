"""crosscheck compare"""
import click
@click.command("compare")
def command() -> int:
    """Later."""
    return 0
