/** Runs vectors in cacophony's JSON format as initiator and as responder. */
import { HandshakeState, IK, IKPSK1, type ProtocolName } from "../../src/wire/noise.ts";
import { fromHex, keyPairOf, toHex } from "./raw_keys.ts";

/** Vectors of other sources say `name` instead of `protocol_name`. */
interface Vector {
  readonly protocol_name?: string;
  readonly name?: string;
  readonly init_prologue?: string;
  readonly init_psks?: readonly string[];
  readonly init_static?: string;
  readonly init_ephemeral?: string;
  readonly init_remote_static?: string;
  readonly resp_prologue?: string;
  readonly resp_psks?: readonly string[];
  readonly resp_static?: string;
  readonly resp_ephemeral?: string;
  readonly handshake_hash?: string;
  readonly messages?: readonly { readonly payload: string; readonly ciphertext: string }[];
}

export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  readonly problems: string[];
}

/** Run every vector of a file's text; throws if the text is no such file. */
export async function runVectors(text: string): Promise<Outcome> {
  const { vectors } = JSON.parse(text) as { vectors?: unknown };
  if (!Array.isArray(vectors)) throw new Error('there is no list "vectors"');
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0, problems: [] };
  for (const [index, vector] of (vectors as Vector[]).entries()) {
    const name = vector.protocol_name ?? vector.name;
    if (name !== IK && name !== IKPSK1) {
      outcome.skipped += 1;
      continue;
    }
    try {
      await runVector(name, vector);
      outcome.passed += 1;
    } catch (error) {
      outcome.failed += 1;
      outcome.problems.push(
        `vector ${index} (${name}): ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return outcome;
}

async function runVector(protocolName: ProtocolName, vector: Vector): Promise<void> {
  const responderKeys = await keyPairOf(required(vector.resp_static, "resp_static"));
  const remoteStatic = required(vector.init_remote_static, "init_remote_static");
  same(remoteStatic, responderKeys.publicKey, "init_remote_static");
  const initiator = await HandshakeState.start({
    protocolName,
    initiator: true,
    prologue: fromHex(vector.init_prologue ?? ""),
    staticKeys: await keyPairOf(required(vector.init_static, "init_static")),
    ephemeralKeys: await keyPairOf(required(vector.init_ephemeral, "init_ephemeral")),
    remoteStatic,
    ...psk(vector.init_psks),
  });
  const responder = await HandshakeState.start({
    protocolName,
    initiator: false,
    prologue: fromHex(vector.resp_prologue ?? ""),
    staticKeys: responderKeys,
    ephemeralKeys: await keyPairOf(required(vector.resp_ephemeral, "resp_ephemeral")),
    ...psk(vector.resp_psks),
  });
  const messages = vector.messages ?? [];
  if (messages.length < 2) throw new Error("a handshake has two messages");
  for (const [index, { payload, ciphertext }] of messages.slice(0, 2).entries()) {
    const [writer, reader] = index === 0 ? [initiator, responder] : [responder, initiator];
    const written = await writer.writeMessage(fromHex(payload));
    same(written, fromHex(ciphertext), `message ${index}`);
    same(await reader.readMessage(written), fromHex(payload), `payload ${index}`);
  }
  if (vector.handshake_hash !== undefined) {
    same(initiator.handshakeHash, fromHex(vector.handshake_hash), "handshake_hash of the initiator");
    same(responder.handshakeHash, fromHex(vector.handshake_hash), "handshake_hash of the responder");
  }
  const [ours, theirs] = [await initiator.split(), await responder.split()];
  for (const [index, { payload, ciphertext }] of messages.entries()) {
    if (index < 2) continue;
    const [sender, receiver] = index % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const sealed = await sender.send.encrypt(fromHex(payload));
    same(sealed, fromHex(ciphertext), `message ${index}`);
    same(await receiver.receive.decrypt(sealed), fromHex(payload), `payload ${index}`);
  }
}

function psk(psks: readonly string[] | undefined): { psk?: Uint8Array<ArrayBuffer> } {
  return psks?.[0] === undefined ? {} : { psk: fromHex(psks[0]) };
}

function required(hex: string | undefined, field: string): Uint8Array<ArrayBuffer> {
  if (hex === undefined) throw new Error(`${field} is missing`);
  return fromHex(hex);
}

function same(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (toHex(actual) !== toHex(expected)) throw new Error(`${what} differs`);
}
