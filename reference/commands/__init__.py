"""The commands of `crosscheck`, each a module whose `command` is the click command; `reference.cli` lists them.

A command returns its exit status: 0 or nothing when all agree, 1 when something disagrees. What cannot be carried out
is raised as `reference.errors.RequestError`. Whatever takes time to import is imported inside the command.
"""
