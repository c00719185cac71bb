/** The phones that may reach this machine. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { dateText, durationText, say } from "../strings.ts";
import { HoldButton } from "../views/hold_button.tsx";
import { useNow } from "../views/now.ts";
import type { DashboardApi } from "./api.ts";
import { Entry, Facts, Page, Rows } from "./page.tsx";
import { attempt, usePolled } from "./polled.ts";
import type { Phone } from "./values.ts";

const RELAY_STATES = ["off", "connected", "connecting", "refused"] as const;

export function PhonesPage({ api }: { readonly api: DashboardApi }): JSX.Element {
  const polled = usePolled(() => api.phones(), "phones");
  const [problem, setProblem] = useState<string | null>(null);
  const revoke = async (phone: Phone): Promise<void> => {
    setProblem(await attempt(() => api.revoke(phone.phone_id)));
    polled.reload();
  };
  const relay = RELAY_STATES.find((state) => state === polled.value?.relay);
  return (
    <Page name="phones" title={say("phones.title")} problem={problem ?? polled.problem}>
      {relay === undefined ? null : (
        <p class="dashboard-hint" data-testid="phones-relay">
          {say(`phones.relay.${relay}`)}
        </p>
      )}
      <Rows
        polled={polled}
        rows={({ phones }) => phones}
        row={(phone) => <PhoneEntry key={phone.phone_id} phone={phone} revoke={() => void revoke(phone)} />}
        empty={{
          icon: "phone",
          title: say("phones.empty"),
          how: say("phones.empty.how"),
          command: "loopsy mobile pair",
        }}
      />
    </Page>
  );
}

function PhoneEntry({ phone, revoke }: { readonly phone: Phone; revoke(): void }): JSX.Element {
  const now = useNow(5);
  const seen = phone.last_seen_at;
  return (
    <Entry
      name="phone"
      title={phone.label}
      state={say(phone.online ? "phones.online" : "phones.offline")}
      health={phone.online ? "good" : "none"}
    >
      <Facts
        facts={[
          [say("phones.paired"), dateText(phone.paired_at)],
          [
            say("phones.seen"),
            seen === null || phone.online ? null : say("time.ago", { duration: durationText(now - seen) }),
          ],
        ]}
      />
      <HoldButton
        name="phone-revoke"
        label={say("phones.revoke")}
        confirmLabel={say("phones.revoke.confirm")}
        act={revoke}
      />
    </Entry>
  );
}
