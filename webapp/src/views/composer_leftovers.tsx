/** Offers what a session that is over did not get, so that it is not lost. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Controller } from "../controller.ts";
import { say } from "../strings.ts";
import type { Leftover } from "../undelivered_inputs.ts";
import { IconButton } from "./icon_button.tsx";

interface LeftoversProps {
  readonly controller: Controller;
  readonly deviceId: string;
  readonly disabled: boolean;
  readonly insert: (text: string) => void;
}

export function Leftovers({ controller, deviceId, disabled, insert }: LeftoversProps): JSX.Element | null {
  const { inputs } = controller.terminal;
  const [leftovers, setLeftovers] = useState(() => inputs.leftovers(deviceId));
  if (disabled || leftovers.length === 0) return null;
  const drop = (leftover: Leftover): void => {
    inputs.drop(deviceId, leftover);
    setLeftovers(inputs.leftovers(deviceId));
  };
  return (
    <ul class="leftovers">
      {leftovers.map((leftover, index) => (
        <li key={`${index} ${leftover.text}`} class="undelivered" data-testid="leftover">
          <div class="leftover-what">
            <span class="undelivered-label">{say("leftover.label", { session: leftover.session })}</span>
            <span class="undelivered-text">{leftover.text}</span>
          </div>
          <button
            type="button"
            class="button-small"
            data-testid="leftover-insert"
            onClick={() => {
              insert(leftover.text);
              drop(leftover);
            }}
          >
            {say("leftover.insert")}
          </button>
          <IconButton
            name="leftover-discard"
            icon="close"
            label={say("terminal.discard")}
            act={() => drop(leftover)}
          />
        </li>
      ))}
    </ul>
  );
}
