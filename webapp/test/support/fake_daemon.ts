/** A stand-in for relay and daemon in one: the responder's end of layers 1 to 3, over a real WebSocket on loopback. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { encodeBase32, encodeBase64url } from "../../../relay/src/wire/identifiers.ts";
import { type Bytes, copyOf } from "../../src/wire/bytes.ts";
import { accept, prologue } from "../../src/wire/channel.ts";
import { SUITE_PAIRING, TAG_TRANSPORT } from "../../src/wire/frames.ts";
import { generateKeyPair, type KeyPair } from "../../src/wire/noise.ts";
import { encodeFragment, pairingPsk } from "../../src/wire/pairing.ts";
import { FakeChannel } from "./fake_channel.ts";
import type { FakeSession, NewProgram } from "./fake_session.ts";

export class FakeDaemon {
  readonly sessions = new Map<string, FakeSession>();
  readonly deviceId = encodeBase32(crypto.getRandomValues(new Uint8Array(24)));
  readonly phoneId = encodeBase32(crypto.getRandomValues(new Uint8Array(16)));
  readonly code = "4711";
  readonly keys: KeyPair;
  readonly #secret = crypto.getRandomValues(new Uint8Array(16));
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "loopsy.v1" });
  readonly #newProgram: NewProgram;
  readonly links = new Set<WebSocket>();
  deviceUp = true;
  /** With a number, a new link is closed with this code at once. */
  refuse: number | null = null;
  /** While true, requests and pings get no answer. */
  stuck = false;
  /** With true, the welcome is sent once something else is asked. */
  welcomesLate = false;
  /** With true, the next pairing phone is kept and its link cut before it is welcomed; pairing is over then. */
  losesWelcome = false;
  pairingIsOver = false;
  pairStatus = 201;
  /** Every control message that was heard, as it came. */
  readonly controls: Readonly<Record<string, unknown>>[] = [];
  /** What lies above every terminal. */
  older: Bytes = new Uint8Array(0);
  wrongCodes = 0;
  origin = "";

  private constructor(keys: KeyPair, newProgram: NewProgram, serve: RequestListener) {
    this.keys = keys;
    this.#newProgram = newProgram;
    this.#http = createServer((request, response) => {
      if (request.method === "POST" && request.url === "/v1/pair") {
        const phone_secret = encodeBase64url(new Uint8Array(32));
        const body = { device_id: this.deviceId, phone_id: this.phoneId, phone_secret };
        response.writeHead(this.pairStatus, { "content-type": "application/json" }).end(JSON.stringify(body));
      } else {
        serve(request, response);
      }
    });
    this.#http.on("upgrade", (request: IncomingMessage, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (link) => this.#link(link));
    });
  }

  static async start(newProgram: NewProgram, serve: RequestListener, port = 0): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(await generateKeyPair(), newProgram, serve);
    await new Promise<void>((resolve) => daemon.#http.listen(port, "127.0.0.1", resolve));
    daemon.origin = `http://127.0.0.1:${(daemon.#http.address() as AddressInfo).port}`;
    return daemon;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  pairFragment(): string {
    const token = new Uint8Array(56);
    token.set(decodeId(this.deviceId));
    return encodeFragment({
      digits: this.code.length,
      token: encodeBase64url(token),
      deviceKey: this.keys.publicKey,
      secret: this.#secret,
    });
  }

  /** Break every connection as a lost network does. */
  cut(): void {
    for (const link of this.links) link.terminate();
  }

  setDeviceUp(up: boolean): void {
    this.deviceUp = up;
    for (const link of this.links) link.send(presence(up));
  }

  #link(link: WebSocket): void {
    if (this.refuse !== null) {
      link.close(this.refuse);
      return;
    }
    this.links.add(link);
    link.on("close", () => this.links.delete(link));
    link.send(presence(this.deviceUp));
    const channel = new FakeChannel(this, link, this.#newProgram);
    let inbox: Promise<void> = Promise.resolve();
    link.on("message", (data: Buffer, binary) => {
      if (!binary) {
        if (data.toString() === "ping") link.send("pong");
        return;
      }
      const frame = copyOf(data);
      inbox = inbox.then(() => this.#receive(link, channel, frame)).catch(() => link.close(4010));
    });
  }

  async #receive(link: WebSocket, channel: FakeChannel, frame: Bytes): Promise<void> {
    if (frame[0] === TAG_TRANSPORT) {
      if (!channel.transport) return;
      const plaintext = await channel.transport.open(frame);
      if (this.losesWelcome) {
        this.losesWelcome = false;
        this.pairingIsOver = true;
        link.terminate();
      } else {
        channel.handle(plaintext);
      }
      return;
    }
    if (frame[0] === SUITE_PAIRING && this.pairingIsOver) {
      link.close(4006);
      return;
    }
    try {
      const accepted = await accept(frame, {
        prologue: prologue(this.deviceId, this.phoneId),
        staticKeys: this.keys,
        ephemeralKeys: await generateKeyPair(),
        ...(frame[0] === SUITE_PAIRING ? { psk: await pairingPsk(this.#secret, this.code) } : {}),
      });
      channel.begin(accepted.transport);
      link.send(accepted.reply);
    } catch {
      this.wrongCodes += 1;
      link.close(this.wrongCodes >= 5 ? 4006 : 4005);
    }
  }
}

function presence(up: boolean): string {
  return JSON.stringify(
    up ? { type: "device.up" } : { type: "device.down", since: Date.now() / 1_000 - 5_400 },
  );
}

function decodeId(deviceId: string): Bytes {
  // prologue() checks and decodes ids; behind its 8 bytes of text comes the device's
  return prologue(deviceId, encodeBase32(new Uint8Array(16))).slice(8, 32);
}
