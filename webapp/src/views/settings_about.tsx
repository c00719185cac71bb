/** What the app is, which relay it comes from, and with which machines this phone is paired. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AppState, ConnectionView } from "../app.ts";
import type { Controller } from "../controller.ts";
import { fingerprintOf } from "../fingerprint.ts";
import type { Machine } from "../machine.ts";
import { relayVersion } from "../relay_version.ts";
import { dateText, say } from "../strings.ts";
import { HoldButton } from "./hold_button.tsx";
import { UsageToday } from "./settings_usage.tsx";

const LICENSES = "/app/licenses.txt";

export function AboutApp({ appVersion }: { readonly appVersion: string }): JSX.Element {
  const [version, setVersion] = useState<string | null>(null);
  useEffect(() => {
    let shown = true;
    void relayVersion(location.origin).then((found) => {
      if (shown) setVersion(found);
    });
    return () => {
      shown = false;
    };
  }, []);
  return (
    <section class="settings-group" data-testid="about">
      <h2 class="settings-heading">{say("settings.about")}</h2>
      <dl class="facts">
        <Fact name={say("settings.about.app")} value={appVersion} />
        <Fact name={say("settings.about.relay")} value={location.host} />
        <Fact name={say("settings.about.relay_version")} value={version ?? say("settings.about.unknown")} />
      </dl>
      <a class="settings-link" href={LICENSES} target="_blank" rel="noreferrer">
        {say("settings.about.licenses")}
      </a>
    </section>
  );
}

export function Pairings({ controller, state }: { controller: Controller; state: AppState }): JSX.Element {
  const { machines, connections } = state;
  return (
    <section class="settings-group">
      <h2 class="settings-heading">{say("settings.pairings")}</h2>
      {machines.length === 0 ? <p class="settings-hint">{say("settings.pairings.none")}</p> : null}
      {machines.map((machine) => (
        <Pairing
          key={machine.deviceId}
          controller={controller}
          machine={machine}
          connection={connections[machine.deviceId]}
        />
      ))}
    </section>
  );
}

interface PairingProps {
  readonly controller: Controller;
  readonly machine: Machine;
  readonly connection: ConnectionView | undefined;
}

function Pairing({ controller, machine, connection }: PairingProps): JSX.Element {
  const machineKey = useFingerprint(machine.deviceKey);
  const phoneKey = useFingerprint(machine.staticKeys.publicKey);
  const named = { machine: machine.name };
  return (
    <article class="pairing" data-testid="pairing">
      <h3 class="pairing-title">{machine.name}</h3>
      <dl class="facts">
        <Fact name={say("settings.pairing.label")} value={machine.label} />
        <Fact name={say("settings.pairing.paired")} value={dateText(machine.pairedAt)} />
        <Fact
          name={say("settings.pairing.version")}
          value={connection?.version ?? say("settings.about.unknown")}
        />
        <Fact name={say("settings.pairing.machine_key")} value={machineKey} isKey />
        <Fact name={say("settings.pairing.phone_key")} value={phoneKey} isKey />
      </dl>
      <UsageToday controller={controller} deviceId={machine.deviceId} />
      <p class="settings-hint">{say("settings.forget.hint", named)}</p>
      <HoldButton
        name="forget-machine"
        label={say("settings.forget", named)}
        confirmLabel={say("settings.forget.confirm", named)}
        act={() => void controller.unpairing.unpair(machine)}
      />
    </article>
  );
}

function useFingerprint(key: Machine["deviceKey"]): string {
  const [fingerprint, setFingerprint] = useState("");
  useEffect(() => {
    let shown = true;
    void fingerprintOf(key).then((found) => {
      if (shown) setFingerprint(found);
    });
    return () => {
      shown = false;
    };
  }, [key]);
  return fingerprint;
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly isKey?: boolean;
}

function Fact({ name, value, isKey = false }: FactProps): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd class={isKey ? "fact-key" : ""}>{value}</dd>
    </>
  );
}
