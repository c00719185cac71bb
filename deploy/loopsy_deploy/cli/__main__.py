"""Lets `python -m loopsy_deploy.cli` be the program `loopsy-deploy-relay`."""

import sys

from loopsy_deploy.cli.main import main

sys.exit(main())
