/** Shows a part of the app that is loaded when it is wanted: at once if it is here, else the way back. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { LaterPart } from "../later_part.ts";
import { say } from "../strings.ts";
import { Banner } from "./banner.tsx";
import { Icon } from "./icons.tsx";
import { Skeleton } from "./skeleton.tsx";

interface LaterProps<Part> {
  readonly of: LaterPart<Part>;
  readonly back: () => void;
  readonly children: (part: Part) => JSX.Element;
}

/** Show what `children` makes of the part; until it is here, or if it cannot be had, the way back. */
export function Later<Part>({ of, back, children }: LaterProps<Part>): JSX.Element {
  const [failure, setFailure] = useState<string | null>(null);
  const [, setArrived] = useState(false);
  useEffect(() => {
    let shown = true;
    of.fetch().then(
      () => shown && setArrived(true),
      (error: unknown) => shown && setFailure(String(error)),
    );
    return () => {
      shown = false;
    };
  }, [of]);
  const { part } = of;
  return part === null ? <Waiting failure={failure} back={back} /> : children(part);
}

interface WaitingProps {
  readonly failure: string | null;
  readonly back: () => void;
}

function Waiting({ failure, back }: WaitingProps): JSX.Element {
  return (
    <main class="screen" data-testid="later-screen" aria-busy={failure === null}>
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label={say("later.back")}
          data-testid="back"
          onClick={back}
        >
          <Icon name="back" />
        </button>
        <h1 class="bar-title">{say(failure === null ? "later.loading" : "later.missing")}</h1>
      </header>
      {failure === null ? (
        <Skeleton label={say("later.loading")} />
      ) : (
        <Banner tone="danger" title={say("later.failed")} hint={say("later.failed.hint")} state="later">
          <button
            type="button"
            class="button-small"
            data-testid="later-again"
            onClick={() => location.reload()} // a page that was left half loaded may be of an app that the relay has no more
          >
            {say("update.apply")}
          </button>
          <details class="banner-details" data-testid="later-details">
            <summary>{say("later.details")}</summary>
            <code>{failure}</code>
          </details>
        </Banner>
      )}
    </main>
  );
}
