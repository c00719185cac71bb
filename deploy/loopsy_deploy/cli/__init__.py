"""The program `loopsy-deploy-relay`."""

from loopsy_deploy.cli.main import main

__all__ = ["main"]
