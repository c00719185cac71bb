"""A stand-in of Pulumi's command line program, as far as `loopsy-deploy-relay` uses it.

It answers as the real one does, keeps state in the real one's file layout, and is an engine of its own: it calls the
inline program over gRPC, runs its dynamic resources in `python -m pulumi.dynamic`, and only remembers what the program
declares of Cloudflare's provider. It is not the real engine: what that one thinks of the program, it cannot prove.
"""

LOG_VARIABLE = "PULUMI_STAND_IN_LOG"
"""Names a file to which every run adds its arguments, as a line of JSON."""
