/** The step in which a directory is chosen: a recent one, or one that is found by going there. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { below, type Choices, shortDirectory } from "../new_session.ts";
import type { Listing } from "../new_session_control.ts";
import { say, sayCount } from "../strings.ts";
import type { Directories } from "../wire/directories.ts";
import { Icon } from "./icons.tsx";
import { Sheet } from "./sheet.tsx";

interface DirectoryStepProps {
  readonly controller: Controller;
  readonly deviceId: string;
  readonly choices: Choices;
  /** Where looking begins; null for home. */
  readonly from: string | null;
  readonly close: () => void;
  readonly back: () => void;
  readonly choose: (path: string) => void;
}

export function DirectoryStep(props: DirectoryStepProps): JSX.Element {
  const { controller, deviceId, choices, from, close, back, choose } = props;
  const [path, setPath] = useState(from);
  const [hidden, setHidden] = useState(false);
  const [listing, setListing] = useState<Listing | null>(null);
  const [attempt, setAttempt] = useState(0);
  const wanted = useRef(0);
  useEffect(() => {
    const number = ++wanted.current;
    setListing(null);
    void controller.newSession.directories(deviceId, path, hidden).then((found) => {
      if (number === wanted.current) setListing(found); // a later wish has overtaken this one
    });
  }, [deviceId, path, hidden, attempt]);
  const short = (full: string): string => shortDirectory(full, choices.home);
  const places = choices.places ?? [];
  const shown = listing?.type === "directories" ? listing.path : null;
  return (
    <Sheet
      name="directory-sheet"
      title={say("directory.title")}
      close={close}
      back={back}
      foot={
        <button
          type="button"
          class="button button-wide"
          data-testid="directory-use"
          disabled={shown === null}
          onClick={() => shown !== null && choose(shown)}
        >
          <span class="button-text">
            {say("directory.use")} <bdi>{shown === null ? "…" : short(shown)}</bdi>
          </span>
        </button>
      }
    >
      {places.length > 0 ? (
        <section class="options" data-testid="places">
          <h3 class="group-title">{say("directory.recent")}</h3>
          {places.map((place) => (
            <button
              key={place.path}
              type="button"
              class="option"
              disabled={!place.there}
              data-testid="place"
              onClick={() => choose(place.path)}
            >
              <span class="option-body">
                <bdi class="option-title option-path">{short(place.path)}</bdi>
                {place.there ? null : <span class="option-detail">{say("directory.gone")}</span>}
              </span>
            </button>
          ))}
        </section>
      ) : null}
      <section class="options" aria-busy={listing === null} data-testid="directories">
        <h3 class="group-title">
          {say("directory.in")} <bdi class="option-path">{short(shown ?? path ?? "~")}</bdi>
        </h3>
        {listing === null ? <div class="option skeleton-block skeleton-option" /> : null}
        {listing?.type === "failed" ? (
          <Failed
            reason={listing.reason}
            isHome={path === null}
            goHome={() => setPath(null)}
            retry={() => setAttempt(attempt + 1)}
          />
        ) : null}
        {listing?.type === "directories" ? (
          <Found listing={listing} hidden={hidden} go={setPath} showHidden={() => setHidden(!hidden)} />
        ) : null}
      </section>
    </Sheet>
  );
}

interface FoundProps {
  readonly listing: Directories;
  readonly hidden: boolean;
  readonly go: (path: string) => void;
  readonly showHidden: () => void;
}

function Found({ listing, hidden, go, showHidden }: FoundProps): JSX.Element {
  const { path, parent, entries } = listing;
  return (
    <>
      {parent === null ? null : (
        <button type="button" class="option" data-testid="directory-up" onClick={() => go(parent)}>
          <Icon name="up" size={18} />
          <span class="option-body">{say("directory.up")}</span>
        </button>
      )}
      {entries.map(({ name, link }) => (
        <button
          key={name}
          type="button"
          class="option"
          data-testid="directory"
          onClick={() => go(below(path, name))}
        >
          <Icon name="folder" size={18} />
          <span class="option-body">
            <bdi class="option-title option-path">{name}</bdi>
            {link === null ? null : (
              <span class="option-detail">
                {say("directory.link")} <bdi class="option-path">{link}</bdi>
              </span>
            )}
          </span>
        </button>
      ))}
      {entries.length === 0 ? <p class="settings-hint">{say("directory.empty")}</p> : null}
      {listing.left_out > 0 ? (
        <p class="settings-hint">{sayCount("directory.left_out", listing.left_out)}</p>
      ) : null}
      {listing.hidden > 0 ? (
        <button type="button" class="button-small" data-testid="directory-hidden" onClick={showHidden}>
          {hidden ? say("directory.hide") : sayCount("directory.show_hidden", listing.hidden)}
        </button>
      ) : null}
    </>
  );
}

interface FailedProps {
  readonly reason: string;
  readonly isHome: boolean;
  readonly goHome: () => void;
  readonly retry: () => void;
}

function Failed({ reason, isHome, goHome, retry }: FailedProps): JSX.Element {
  return (
    <>
      <p class="field-error" role="alert" data-testid="directory-failure">
        <bdi>{reason}</bdi>
      </p>
      <button type="button" class="button-small" data-testid="directory-retry" onClick={retry}>
        {say("action.retry")}
      </button>
      {isHome ? null : (
        <button type="button" class="button-small" data-testid="directory-home" onClick={goHome}>
          {say("directory.home")}
        </button>
      )}
    </>
  );
}
