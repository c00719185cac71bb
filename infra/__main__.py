"""The program that Pulumi runs when `pulumi preview` or `pulumi up` is called in this directory."""

from loopsy_infra.stack import declare_by_hand

declare_by_hand()
