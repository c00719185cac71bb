/** Pairing: the code from the machine's screen, and what went wrong if it did. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { MAX_LABEL_CHARACTERS } from "../../../relay/src/wire/limits.ts";
import type { PairingControl } from "../pairing_control.ts";
import { endText, pastedLink, troubleText } from "../pairing_text.ts";
import type { PairingEnd, PairingView } from "../pairing_view.ts";
import { cleanLabel, proposedLabel } from "../phone_label.ts";
import { say } from "../strings.ts";
import { Camera } from "./camera.tsx";
import { Icon, type IconName } from "./icons.tsx";

interface PairProps {
  readonly pairings: PairingControl;
  readonly pairing: PairingView;
}

export function PairScreen({ pairings, pairing }: PairProps): JSX.Element {
  return (
    <main class="screen" data-testid="pair-screen">
      <header class="bar">
        <button
          type="button"
          class="button-icon"
          aria-label={say("pair.cancel")}
          data-testid="back"
          onClick={() => pairings.cancel()}
        >
          <Icon name="back" />
        </button>
        <h1 class="bar-title">{say("pair.title")}</h1>
      </header>
      <div class="scroll pair">
        {pairing.step === "link" ? <LinkForm pairings={pairings} /> : null}
        {pairing.step === "over" ? <Over pairings={pairings} reason={pairing.reason} /> : null}
        {pairing.step === "code" || pairing.step === "working" ? (
          <CodeForm pairings={pairings} pairing={pairing} />
        ) : null}
      </div>
    </main>
  );
}

type CodeView = Extract<PairingView, { step: "code" | "working" }>;

function CodeForm({ pairings, pairing }: { pairings: PairingControl; pairing: CodeView }): JSX.Element {
  const { digits } = pairing;
  const [code, setCode] = useState("");
  const [label, setLabel] = useState(() => proposedLabel(navigator));
  const input = useRef<HTMLInputElement>(null);
  const working = pairing.step === "working";
  const trouble = pairing.step === "code" ? pairing.trouble : null;
  useEffect(() => {
    if (trouble === "wrong_code") setCode("");
    if (!working) input.current?.focus();
  }, [working, trouble]);

  const submit = (event: Event): void => {
    event.preventDefault();
    if (code.length === digits && !working) void pairings.submitCode(code, cleanLabel(label));
  };
  return (
    <form class="pair-form" onSubmit={submit}>
      <Lead icon="lock" title={say("pair.code", { digits })}>
        {say("pair.code.hint")}
      </Lead>
      <div class={`code ${trouble === "wrong_code" ? "code-wrong" : ""}`}>
        <div class="code-cells" aria-hidden="true">
          {Array.from({ length: digits }, (_, index) => (
            <span key={index} class={`code-cell ${index === code.length ? "code-cell-next" : ""}`}>
              {code[index] ?? ""}
            </span>
          ))}
        </div>
        <input
          ref={input}
          class="code-input"
          data-testid="code-input"
          aria-label={say("pair.code.label", { digits })}
          aria-invalid={trouble === "wrong_code"}
          inputMode="numeric"
          pattern="[0-9]*"
          autocomplete="one-time-code"
          maxLength={digits}
          disabled={working}
          value={code}
          onInput={(event) => {
            const typed = event.currentTarget.value.replace(/\D/g, "").slice(0, digits);
            event.currentTarget.value = typed;
            setCode(typed);
          }}
        />
      </div>
      <p class="field-error" role="alert" data-testid="pair-error">
        {pairing.step === "code" && pairing.trouble !== null
          ? troubleText(pairing.trouble, pairing.triesLeft)
          : ""}
      </p>
      <label class="field">
        <span class="field-label">{say("pair.name")}</span>
        <input
          class="field-input"
          data-testid="label-input"
          maxLength={MAX_LABEL_CHARACTERS}
          autocomplete="off"
          disabled={working}
          value={label}
          onInput={(event) => setLabel(event.currentTarget.value)}
        />
      </label>
      <button
        type="submit"
        class="button button-wide"
        data-testid="pair-submit"
        disabled={code.length !== digits || working}
      >
        {say(working ? (pairing.waitingForDevice ? "pair.waiting" : "pair.working") : "pair.submit")}
      </button>
      {working && pairing.waitingForDevice ? <p class="field-hint">{say("pair.waiting.hint")}</p> : null}
    </form>
  );
}

function LinkForm({ pairings }: { pairings: PairingControl }): JSX.Element {
  const [problem, setProblem] = useState("");
  const [isScanning, setScanning] = useState(false);
  const [isEmpty, setEmpty] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const link = pastedLink(field.current?.value ?? "", location.origin);
    if (link.kind === "fragment") pairings.pairWith(link.fragment);
    else setProblem(link.problem);
  };
  return (
    <form class="pair-form" onSubmit={submit}>
      <Lead icon="link" title={say("pair.link")}>
        {say("pair.link.before_command")}
        <code>loopsy mobile pair</code>
        {say("pair.link.after_command")}
      </Lead>
      {isScanning ? (
        <Camera onFound={(fragment) => pairings.pairWith(fragment)} onClose={() => setScanning(false)} />
      ) : (
        <button
          type="button"
          class="button button-wide"
          data-testid="camera-open"
          onClick={() => setScanning(true)}
        >
          <Icon name="camera" />
          {say("pair.camera")}
        </button>
      )}
      <label class="field">
        <span class="field-label">{say("pair.link.label")}</span>
        <input
          ref={field}
          class="field-input"
          data-testid="link-input"
          type="text"
          inputMode="url"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => setEmpty(event.currentTarget.value === "")}
        />
      </label>
      <p class="field-error" role="alert" data-testid="pair-error">
        {problem}
      </p>
      <button
        type="submit"
        class={`button button-wide ${isEmpty ? "button-plain" : ""}`}
        data-testid="link-submit"
      >
        {say("pair.continue")}
      </button>
    </form>
  );
}

function Over({ pairings, reason }: { pairings: PairingControl; reason: PairingEnd }): JSX.Element {
  const { title, hint } = endText(reason);
  return (
    <section class="pair-form" data-testid="pair-over" data-reason={reason}>
      <span class="empty-icon empty-icon-danger">
        <Icon name="alert" size={36} />
      </span>
      <h2 data-testid="pair-error" aria-live="assertive">
        {title}
      </h2>
      <p class="lead-text">{hint}</p>
      <code class="command">loopsy mobile pair</code>
      <button type="button" class="button button-wide" onClick={() => pairings.cancel()}>
        {say("pair.back")}
      </button>
    </section>
  );
}

interface LeadProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children: ComponentChildren;
}

function Lead({ icon, title, children }: LeadProps): JSX.Element {
  return (
    <>
      <span class="empty-icon">
        <Icon name={icon} size={36} />
      </span>
      <h2>{title}</h2>
      <p class="lead-text">{children}</p>
    </>
  );
}
