/** One session on screen: its stream of output into a terminal, and what is typed into its input. */
import type { MachineConnection } from "./connection.ts";
import { OlderOutput } from "./older_output.ts";
import type { Failure } from "./requests.ts";
import type { Bytes } from "./wire/bytes.ts";
import type { StreamFrame } from "./wire/frames.ts";
import type { InputBuffer } from "./wire/input_buffer.ts";
import type { Attached, DaemonMessage, SessionInfo, Size, StreamMessage } from "./wire/messages.ts";
import { OutputStream, type Step, type StreamStart } from "./wire/stream.ts";

/** The terminal as the stream sees it; steps are done in order, `parsed` follows a write's last byte. */
export interface TerminalPort {
  /** Foreground, background and cursor: red, green and blue of each. */
  readonly colours: Bytes;
  apply(step: Step, parsed: () => void): void;
}

export type AttachmentStatus = "loading" | "live" | "exited" | "gone" | "failed";

export interface AttachmentView {
  readonly status: AttachmentStatus;
  /** From 0 to 1 while a snapshot arrives. */
  readonly progress: number | null;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  readonly failure: Failure | null;
  /** What was typed and is not at the program's terminal yet. */
  readonly undelivered: Bytes;
  /** Whether the program is larger than this phone shows at the reading size. */
  readonly oversized: boolean;
  /** The session as it was when it was attached. */
  readonly info: SessionInfo | null;
}

export class Attachment {
  view: AttachmentView;
  readonly sessionId: string;
  readonly #connection: MachineConnection;
  readonly #input: InputBuffer;
  readonly #terminal: TerminalPort;
  readonly #changed: () => void;
  #fit: Size | null = null;
  #programSize: Size | null = null;
  #output: OutputStream | null = null;
  #stream: number | null = null;
  #attaching = false;
  #leads = false;
  #left = false;
  #visible: boolean;
  readonly #history: OlderOutput;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    connection: MachineConnection,
    sessionId: string,
    input: InputBuffer,
    terminal: TerminalPort,
    visible: boolean,
    changed: () => void,
  ) {
    this.#visible = visible;
    this.#history = new OlderOutput(connection, (data) =>
      terminal.apply({ do: "prepend", data }, () => undefined),
    );
    this.sessionId = sessionId;
    this.#connection = connection;
    this.#input = input;
    this.#terminal = terminal;
    this.#changed = changed;
    this.view = {
      status: "loading",
      progress: null,
      exit: null,
      failure: null,
      undelivered: input.unacknowledged,
      oversized: false,
      info: null,
    };
  }

  /** The terminal's room has another size; the program follows if this phone leads. */
  resize(fit: Size): void {
    if (fit.cols === this.#fit?.cols && fit.rows === this.#fit.rows) return;
    this.#fit = fit;
    this.#show({});
    if (this.#stream === null) this.attach();
    else this.#connection.notify({ type: "resize", stream: this.#stream, ...fit });
  }

  /** Attach if that is possible now: at the byte where the terminal stands, else from a snapshot. */
  attach(): void {
    if (this.#fit === null || this.#attaching || !this.#connection.takesRequests) return;
    this.#attaching = true;
    const have = this.#output?.have ?? null;
    this.#connection.request(
      {
        type: "attach",
        session: this.sessionId,
        ...this.#fit,
        ...(have === null ? {} : { have }),
        visible: this.#visible,
        colours: this.#terminal.colours,
      },
      {
        replied: (message) => this.#attached(message),
        failed: (failure) => {
          this.#attaching = false;
          if (failure.code === "connection_lost" || failure.code === "not_connected") return;
          this.#show({ status: failure.code === "unknown_session" ? "gone" : "failed", failure });
        },
      },
    );
  }

  /** How far into the session's output the terminal has come; null before its screen is there. */
  get shownTo(): number | null {
    return this.#output?.have ?? null;
  }

  /** The channel is gone; `attach` follows once there is another. */
  connectionLost(): void {
    this.#stream = null;
    this.#attaching = false;
    this.#leads = false;
    clearTimeout(this.#ackTimer);
    this.#show({});
  }

  /** Send what the user typed, pasted or pointed at, now or when the connection is back; false if it was refused. */
  type(data: Bytes): boolean {
    const { status } = this.view;
    if (status === "exited" || status === "gone" || !this.#input.append(data)) return false;
    this.#flushInput();
    if (this.#stream !== null && !this.#leads && this.#fit !== null) {
      // who typed last leads, and the leader's size is the program's
      this.#leads = true;
      this.#connection.notify({ type: "resize", stream: this.#stream, ...this.#fit });
    }
    this.#show({});
    return true;
  }

  /** Make the program as large as this phone shows, which others then see as well. */
  claim(): void {
    if (this.#stream === null || this.#fit === null) return;
    this.#connection.notify({ type: "claim", stream: this.#stream, ...this.#fit });
  }

  /** Say whether somebody looks: who does not gives up the lead. */
  show(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    if (this.#stream !== null) this.#connection.notify({ type: "visible", stream: this.#stream, visible });
  }

  /** The terminal has other colours, which programs may ask for. */
  recoloured(): void {
    if (this.#stream === null) return;
    this.#connection.notify({ type: "colours", stream: this.#stream, colours: this.#terminal.colours });
  }

  /** Get what lies above the terminal's oldest line, a piece at a time. */
  wantOlder(): void {
    if (this.#stream !== null) this.#history.want(this.#stream);
  }

  discardUnsent(): void {
    this.#input.discardUnsent();
    this.#show({});
  }

  /** Leave for good; what was typed and not delivered waits in the input. */
  detach(): void {
    clearTimeout(this.#ackTimer);
    this.#left = true;
    if (this.#stream === null) return;
    this.#connection.stopListening(this.#stream);
    this.#detachFrom(this.#stream);
    this.#stream = null;
  }

  #attached(message: DaemonMessage): void {
    this.#attaching = false;
    if (message.type !== "attached") return;
    if (this.#left) {
      this.#detachFrom(message.stream); // the user did not wait for the answer
      return;
    }
    this.#stream = message.stream;
    this.#leads = message.leader;
    this.#connection.listen(message.stream, {
      frame: (frame) => this.#frame(frame),
      message: (control) => this.#message(control),
    });
    const limits = this.#connection.welcome?.limits;
    if (limits) this.#input.setLimit(limits.input_window);
    const start: StreamStart = { ...startOf(message), windowBytes: limits?.window ?? 1 };
    this.#output = new OutputStream(start);
    if (message.snapshot !== null) this.#history.begin();
    this.#input.attached(message.input_seen);
    this.#run(this.#output.begin(start));
    this.#flushInput();
    this.#show({
      status: this.#output.have === null ? this.view.status : "live",
      failure: null,
      info: message.session,
    });
  }

  #detachFrom(stream: number): void {
    this.#connection.request(
      { type: "detach", stream },
      { replied: () => undefined, failed: () => undefined },
    );
  }

  #frame(frame: StreamFrame): void {
    const output = this.#output;
    if (output === null) return;
    this.#run(output.receive(frame));
    if (this.view.status !== "loading") return; // a flood brings snapshots, too, and nobody waits for those
    const progress = output.snapshotProgress;
    this.#show({ progress, ...(progress === null ? { status: "live" } : {}) });
  }

  #message(message: StreamMessage): void {
    switch (message.type) {
      case "input_ack":
        this.#input.acknowledge(message.offset);
        this.#show({});
        return;
      case "resized":
        this.#leads = message.leader;
        this.#run(this.#output?.resized(message) ?? []);
        this.#show({});
        return;
      case "snapshot":
        this.#history.begin();
        this.#run(this.#output?.skipForward(message) ?? []);
        this.#show({});
        return;
      case "exit":
        this.#show({ status: "exited", exit: { code: message.code, signal: message.signal } });
    }
  }

  #run(steps: readonly Step[]): void {
    const output = this.#output;
    for (const step of steps) {
      if ("cols" in step) this.#programSize = { cols: step.cols, rows: step.rows };
      this.#terminal.apply(step, () => {
        if (step.do !== "write" || output === null || this.#output !== output) return;
        output.parsed(step.end, nowSeconds());
        this.#acknowledge();
      });
    }
  }

  #acknowledge(): void {
    if (this.#output === null || this.#stream === null) return;
    const offset = this.#output.takeAck(nowSeconds());
    if (offset !== null) this.#connection.notify({ type: "ack", stream: this.#stream, offset });
    const due = this.#output.ackDueSeconds;
    clearTimeout(this.#ackTimer);
    if (due !== null) {
      this.#ackTimer = setTimeout(() => this.#acknowledge(), Math.max(0, due - nowSeconds()) * 1_000 + 1);
    }
  }

  #flushInput(): void {
    if (this.#stream === null) return;
    for (let piece = this.#input.nextPiece(); piece !== null; piece = this.#input.nextPiece()) {
      this.#connection.sendInput(this.#stream, piece.offset, piece.data);
    }
  }

  #show(change: Partial<AttachmentView>): void {
    const [size, fit] = [this.#programSize, this.#fit];
    const oversized = size !== null && fit !== null && (size.cols > fit.cols || size.rows > fit.rows);
    this.view = { ...this.view, ...change, oversized, undelivered: this.#input.unacknowledged };
    this.#changed();
  }
}

function startOf({ base, snapshot, cols, rows }: Attached): Omit<StreamStart, "windowBytes"> {
  return { base, snapshot, cols, rows };
}

function nowSeconds(): number {
  return Date.now() / 1_000;
}
