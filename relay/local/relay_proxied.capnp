# The relay on plain workerd behind a proxy that is trusted to name the client and the protocol of each request.

using Workerd = import "/workerd/workerd.capnp";
using Relay = import "relay.capnp";

const config :Workerd.Config = (
  services = Relay.services,
  sockets = [ (name = "http", http = (forwardedProtoHeader = "x-forwarded-proto"), service = "relay") ],
  extensions = Relay.extensions,
);
