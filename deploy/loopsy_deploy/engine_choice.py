"""The names of the engines, as options and `relay.json` have them."""

from typing import Final, Literal

EngineChoice = Literal["auto", "wrangler", "pulumi"]
WRANGLER: Final = "wrangler"
PULUMI: Final = "pulumi"
