/** A form of a few texts that opens when it is wanted, and closes when what it says was taken. */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { say } from "../strings.ts";

export interface FormField {
  readonly label: string;
  readonly example?: string;
  readonly isLong?: boolean;
  readonly isOptional?: boolean;
  /** The only texts that it may have. */
  readonly choices?: readonly string[];
}

interface FormProps {
  readonly name: string;
  /** What the button says that opens it. */
  readonly open: string;
  readonly fields: readonly FormField[];
  readonly submit: string;
  /** Return why it was not taken, or null. */
  send(texts: readonly string[]): Promise<string | null>;
}

export function Form({ name, open, fields, submit, send }: FormProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [texts, setTexts] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  if (!isOpen)
    return (
      <div class="dashboard-open">
        <button
          type="button"
          class="button-small"
          data-testid={`${name}-open`}
          onClick={() => {
            setTexts(fields.map(({ choices }) => choices?.[0] ?? ""));
            setFailure(null);
            setOpen(true);
          }}
        >
          {open}
        </button>
      </div>
    );
  const change = (index: number, text: string): void =>
    setTexts(texts.map((former, at) => (at === index ? text : former)));
  const isWhole = fields.every(({ isOptional }, index) => isOptional || texts[index]?.trim() !== "");
  return (
    <form
      class="dashboard-form"
      data-testid={`${name}-form`}
      onSubmit={(event) => {
        event.preventDefault();
        setSending(true);
        void send(texts).then((why) => {
          setSending(false);
          setFailure(why);
          setOpen(why !== null);
        });
      }}
    >
      {fields.map((field, index) => (
        <Field
          key={field.label}
          field={field}
          text={texts[index] ?? ""}
          change={(text) => change(index, text)}
        />
      ))}
      {failure === null ? null : (
        <p class="field-error" role="alert">
          {failure}
        </p>
      )}
      <div class="entry-actions">
        <button type="submit" class="button-small button-small-main" disabled={!isWhole || sending}>
          {submit}
        </button>
        <button type="button" class="button-small" onClick={() => setOpen(false)}>
          {say("dashboard.cancel")}
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  readonly field: FormField;
  readonly text: string;
  change(text: string): void;
}

function Field(props: FieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.field.label}
      </label>
      <Input id={id} {...props} />
    </div>
  );
}

function Input({ id, field, text, change }: FieldProps & { readonly id: string }): JSX.Element {
  const { choices, isLong, example } = field;
  if (choices !== undefined)
    return (
      <select
        id={id}
        class="field-input"
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
      >
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  if (isLong)
    return (
      <textarea
        id={id}
        class="field-input dashboard-long"
        value={text}
        onInput={(event) => change(event.currentTarget.value)}
      />
    );
  return (
    <input
      id={id}
      class="field-input"
      autoComplete="off"
      autoCapitalize="none"
      spellcheck={false}
      placeholder={example ?? ""}
      value={text}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}
