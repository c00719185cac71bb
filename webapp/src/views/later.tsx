/** Loads a screen's code when the screen is wanted, so that the first screen has to wait for nothing else. */
import type { FunctionComponent, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { say } from "../strings.ts";
import { Banner } from "./banner.tsx";
import { Icon } from "./icons.tsx";

/** A screen whose code is fetched once. */
export class LaterScreen<Props extends object> {
  readonly #load: () => Promise<FunctionComponent<Props>>;
  #fetching: Promise<void> | null = null;
  #screen: FunctionComponent<Props> | null = null;

  constructor(load: () => Promise<FunctionComponent<Props>>) {
    this.#load = load;
  }

  /** The screen, once it is here. */
  get screen(): FunctionComponent<Props> | null {
    return this.#screen;
  }

  /** Have the code here; what failed is tried again by the next call. */
  fetch(): Promise<void> {
    this.#fetching ??= this.#load().then(
      (screen) => {
        this.#screen = screen;
      },
      (error: unknown) => {
        this.#fetching = null;
        throw error;
      },
    );
    return this.#fetching;
  }
}

interface LaterProps<Props extends object> {
  readonly of: LaterScreen<Props>;
  readonly properties: Props;
  readonly back: () => void;
}

/** Show the screen, at once if it is here; until then, or if it cannot be had, the way back. */
export function Later<Props extends object>({ of, properties, back }: LaterProps<Props>): JSX.Element {
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
  const Screen = of.screen;
  return Screen === null ? <Waiting failure={failure} back={back} /> : <Screen {...properties} />;
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
      {failure === null ? null : (
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
