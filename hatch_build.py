"""Puts the built relay and web app into the wheel, and refuses to make one without them."""

from pathlib import Path
from typing import Any, Final

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAYLOAD: Final = "loopsy_deploy/_payload"
DASHBOARD_PLACE: Final = "loopsy_daemon/dashboard/_app"
WORKER: Final = "relay/dist/worker.mjs"
DASHBOARD: Final = "webapp/dashboard/dist"
BUILT: Final = (WORKER, "relay/dist/local", "webapp/dist/app", "webapp/dist/_headers", DASHBOARD)
"""What `make build` makes; git does not know these files, so nothing but this hook takes them along."""
AS_IT_IS: Final = ("relay/wrangler.jsonc",)


class PayloadHook(BuildHookInterface[BuilderConfig]):
    """Called by hatchling for every wheel and source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to take along. An editable installation finds them in the checkout, once they are built."""
        if version == "editable":
            return
        root = Path(self.root)
        missing = [path for path in BUILT if not (root / path).exists()]
        if missing:
            self.app.abort(f"The relay and the app are not built ({', '.join(missing)}).\nhint: make build")
        if f'"{self.metadata.version}"' not in (root / WORKER).read_text(encoding="utf-8"):
            self.app.abort(f"{WORKER} was built for another version than {self.metadata.version}.\nhint: make build")
        if self.target_name == "wheel":
            for path in (*BUILT, *AS_IT_IS):
                place = DASHBOARD_PLACE if path == DASHBOARD else f"{PAYLOAD}/{path}"
                build_data["force_include"][str(root / path)] = place
