# The relay on plain workerd: the same Worker as on Cloudflare, with this machine's disk under it.
#
# From the command line come the socket's address (--socket-addr http=…) and two directories
# (--directory-path state=… and public=…); from the environment come secrets and choices.
# relay_tls.capnp and relay_proxied.capnp are the same services behind another socket.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = .services,
  sockets = [ (name = "http", http = .direct, service = "relay") ],
  extensions = .extensions,
);

const services :List(Workerd.Service) = [
  (name = "relay", worker = .relay),
  (name = "assets", worker = .assets),
  (name = "state", disk = (writable = true)),
  (name = "public", disk = (writable = false)),
  # The relay calls nobody.
  (name = "internet", network = (allow = [])),
];

const extensions :List(Workerd.Extension) = [
  (modules = [ (name = "loopsy:rate-limit", esModule = embed "rate_limit.mjs", internal = true) ]),
];

# A client that comes by itself may not say who it is: the header is removed.
const direct :Workerd.HttpOptions = (injectRequestHeaders = [ (name = "cf-connecting-ip") ]);

const relay :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed "../worker.mjs") ],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [ (className = "DeviceRelay", uniqueKey = "loopsy-device-relay", enableSql = true) ],
  durableObjectStorage = (localDisk = "state"),
  bindings = [
    (name = "DEVICE_RELAY", durableObjectNamespace = "DeviceRelay"),
    (name = "ASSETS", service = "assets"),
    (name = "REGISTER_LIMIT", wrapped = (moduleName = "loopsy:rate-limit", innerBindings = [
      (name = "limit", fromEnvironment = "REGISTER_LIMIT_PER_MINUTE"),
    ])),
    (name = "PAIR_LIMIT", wrapped = (moduleName = "loopsy:rate-limit", innerBindings = [
      (name = "limit", fromEnvironment = "PAIR_LIMIT_PER_MINUTE"),
    ])),
    (name = "LINK_LIMIT", wrapped = (moduleName = "loopsy:rate-limit", innerBindings = [
      (name = "limit", fromEnvironment = "LINK_LIMIT_PER_MINUTE"),
    ])),
    (name = "PAIR_TOKEN_SECRET", fromEnvironment = "PAIR_TOKEN_SECRET"),
    (name = "PAIR_TOKEN_SECRET_PREVIOUS", fromEnvironment = "PAIR_TOKEN_SECRET_PREVIOUS"),
    (name = "REGISTRATION_SECRET", fromEnvironment = "REGISTRATION_SECRET"),
    (name = "REGISTRATION_SECRET_PREVIOUS", fromEnvironment = "REGISTRATION_SECRET_PREVIOUS"),
    (name = "DEVICE_ID_KEY", fromEnvironment = "DEVICE_ID_KEY"),
    (name = "DEVICE_ID_KEY_PREVIOUS", fromEnvironment = "DEVICE_ID_KEY_PREVIOUS"),
    (name = "OPEN_REGISTRATION", fromEnvironment = "OPEN_REGISTRATION"),
    (name = "ALLOWED_ORIGINS", fromEnvironment = "ALLOWED_ORIGINS"),
    (name = "DEPLOYMENT_ID", fromEnvironment = "DEPLOYMENT_ID"),
    (name = "PENDING_PHONE_SECONDS", fromEnvironment = "PENDING_PHONE_SECONDS"),
  ],
);

const assets :Workerd.Worker = (
  modules = [ (name = "assets.mjs", esModule = embed "assets.mjs") ],
  compatibilityDate = "2026-10-01",
  bindings = [ (name = "DISK", service = "public") ],
);
