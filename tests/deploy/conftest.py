from collections.abc import Iterator
from pathlib import Path

import pytest

from loopsy_deploy.node import find_node
from loopsy_deploy.wrangler.package import ensure_installed
from tests.support.cloudflare import CloudStandIn, cloudflare_stand_in
from tests.support.deployer import Deployer
from tests.support.local_program import LocalProgram


@pytest.fixture(scope="session")
def deploy_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudStandIn]:
    ensure_installed(find_node(), print)  # here: programs that tests start know nothing of this network's settings
    with cloudflare_stand_in(tmp_path_factory.mktemp("cloudflare")) as running:
        yield running


@pytest.fixture
def deployer(deploy_account: CloudStandIn, tmp_path: Path) -> Deployer:
    """`loopsy-deploy-relay` with an empty account of the stand-in."""
    deploy_account.reset()
    return Deployer(deploy_account, tmp_path)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LocalProgram]:
    """`loopsy-deploy-relay local`, whose relay is ended with the test."""
    program = LocalProgram(tmp_path)
    yield program
    program("stop")
