from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cloudflare import CloudStandIn, cloudflare_stand_in
from tests.support.deployer import Deployer


@pytest.fixture(scope="session")
def deploy_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudStandIn]:
    with cloudflare_stand_in(tmp_path_factory.mktemp("cloudflare")) as running:
        yield running


@pytest.fixture
def deployer(deploy_account: CloudStandIn, tmp_path: Path) -> Deployer:
    """`loopsy-deploy-relay` with an empty account of the stand-in."""
    deploy_account.reset()
    return Deployer(deploy_account, tmp_path)
