# The relay on plain workerd that does TLS itself.
#
# Besides what relay.capnp needs, a directory with key.pem and certificate.pem comes from the command line
# (--import-path …), so that the key is in no argument and no environment.

using Workerd = import "/workerd/workerd.capnp";
using Relay = import "relay.capnp";

const config :Workerd.Config = (
  services = Relay.services,
  sockets = [ (
    name = "http",
    https = (
      options = Relay.direct,
      tlsOptions = (keypair = (privateKey = embed "/key.pem", certificateChain = embed "/certificate.pem")),
    ),
    service = "relay",
  ) ],
  extensions = Relay.extensions,
);
