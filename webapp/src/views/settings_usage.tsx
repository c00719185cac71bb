/** What one machine has used of the relay today, once somebody asks. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { percentText, say, timeText } from "../strings.ts";
import { FREE_REQUESTS_A_DAY, freePlanShare, type Usage } from "../wire/usage.ts";

interface UsageProps {
  readonly controller: Controller;
  readonly deviceId: string;
}

type Shown = Usage | "none" | "asking" | null;

export function UsageToday({ controller, deviceId }: UsageProps): JSX.Element {
  const [shown, setShown] = useState<Shown>(null);
  const show = async (): Promise<void> => {
    setShown("asking");
    setShown((await controller.usage(deviceId)) ?? "none");
  };
  return (
    <>
      <button
        type="button"
        class="button button-wide button-plain"
        data-testid="usage-show"
        disabled={shown === "asking"}
        onClick={() => void show()}
      >
        {say("settings.usage.show")}
      </button>
      <p class="settings-hint" role="status" data-testid="usage">
        {usageText(shown)}
      </p>
    </>
  );
}

function usageText(shown: Shown): string {
  if (shown === null) return "";
  if (shown === "asking") return say("settings.usage.asking");
  if (shown === "none") return say("settings.usage.none");
  const share = percentText(freePlanShare(shown));
  return say("settings.usage.today", { share, limit: FREE_REQUESTS_A_DAY, time: timeText(shown.since) });
}
