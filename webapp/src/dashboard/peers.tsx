/** The machines that are paired with this one, and those on the network that are not. */
import type { JSX } from "preact";
import { dateText, durationText, say } from "../strings.ts";
import { useNow } from "../views/now.ts";
import type { DashboardApi } from "./api.ts";
import { Entry, Facts, Page, Rows } from "./page.tsx";
import { usePolled } from "./polled.ts";
import type { NearbyMachine, PeerRow } from "./values.ts";

const STATES = ["unknown", "online", "offline", "refused", "impostor"] as const;

export function PeersPage({ api }: { readonly api: DashboardApi }): JSX.Element {
  const polled = usePolled(() => api.peers(), "peers");
  const { value } = polled;
  return (
    <Page name="peers" title={say("peers.title")} problem={polled.problem}>
      {value === null ? null : (
        <p class="dashboard-hint" data-testid="peers-listen">
          {value.listen === "off"
            ? say("peers.listen.off", { command: "loopsy lan enable" })
            : say("peers.listen", { addresses: value.addresses.join(", ") })}
        </p>
      )}
      <Rows
        polled={polled}
        rows={({ peers }) => peers}
        row={(peer) => <Peer key={peer.node_id} peer={peer} />}
        empty={{
          icon: "laptop",
          title: say("peers.empty"),
          how: say("peers.empty.how"),
          command: "loopsy pair",
        }}
      />
      {value === null || value.machines.length === 0 ? null : (
        <section>
          <h2 class="group-title">{say("peers.nearby")}</h2>
          <ul class="cards dashboard-rows">
            {value.machines.map((machine) => (
              <Nearby key={machine.node_id} machine={machine} />
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

function Peer({ peer }: { readonly peer: PeerRow }): JSX.Element {
  const now = useNow(5);
  const known = STATES.find((state) => state === peer.state);
  const seen = peer.seen_at === null ? null : say("time.ago", { duration: durationText(now - peer.seen_at) });
  return (
    <Entry
      name="peer"
      title={peer.name}
      detail={peer.address ?? undefined}
      state={known === undefined ? peer.state : say(`peers.${known}`)}
      health={known === "online" ? "good" : known === "offline" || known === "unknown" ? "none" : "stale"}
    >
      <Facts
        facts={[
          [say("peers.permits"), listText(peer.permits)],
          [say("peers.permitted"), known === "online" ? listText(peer.permitted) : null],
          [say("peers.seen"), known === "online" ? null : seen],
          [say("peers.paired"), dateText(peer.paired_at)],
          [say("peers.version"), peer.version],
        ]}
      />
    </Entry>
  );
}

function Nearby({ machine }: { readonly machine: NearbyMachine }): JSX.Element {
  const [address] = machine.addresses;
  return (
    <Entry name="nearby" title={machine.name} detail={machine.addresses.join(", ")}>
      <Facts facts={[[say("peers.pair"), address === undefined ? null : `loopsy pair ${address}`]]} />
    </Entry>
  );
}

function listText(permissions: readonly string[]): string {
  return permissions.length === 0 ? say("peers.nothing") : permissions.join(", ");
}
