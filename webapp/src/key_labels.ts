/** How keys are called where they are read aloud or listed. */
import { isModifier, KEYS, type KeyName } from "./key_names.ts";
import { ENGLISH_KEYS } from "./strings/english_keys.ts";
import { say } from "./strings.ts";

type LabelKey = keyof typeof ENGLISH_KEYS & `key.${string}`;

/** Return a key's name in the user's language; keys that are called what is written on them keep that. */
export function keyLabel(name: KeyName): string {
  const key = `key.${name}`;
  return isLabelKey(key) ? say(key) : keyCap(name);
}

/** Return what is read aloud: what is written on the key, for people who speak to the phone, and the key's name. */
export function spokenKey(name: KeyName): string {
  const [cap, label] = [keyCap(name), keyLabel(name)];
  const isSaid = !/[a-z]/i.test(cap) || label.toLowerCase().split(" ").includes(cap.toLowerCase());
  return isSaid ? label : `${cap}, ${label}`;
}

/** Return what is written on a key. */
export function keyCap(name: KeyName): string {
  return isModifier(name) ? name : KEYS[name].cap;
}

function isLabelKey(key: string): key is LabelKey {
  return key in ENGLISH_KEYS;
}
