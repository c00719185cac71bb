/** Links lead where they say, or that is said; programs write to the clipboard within limits and in the open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { allowedTarget, destination, isDisguised, linksInText } from "../src/links.ts";
import { clipboardPreview, clipboardRequest, MAX_CLIPBOARD_BYTES } from "../src/osc52.ts";
import { readableText } from "../src/readable_text.ts";

const targets = (text: string): string[] => linksInText(text).map(({ target }) => target);
const encoded = (text: string): string => `c;${Buffer.from(text).toString("base64")}`;

test("nothing is a link but http, https and mail", () => {
  for (const address of [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,x",
    "ssh://host",
    "tel:1",
    "x",
    "",
  ])
    assert.equal(allowedTarget(address), null, address);
  assert.equal(allowedTarget("https://example.org"), "https://example.org/");
  assert.equal(allowedTarget("mailto:ada@example.org"), "mailto:ada@example.org");
  assert.equal(allowedTarget(`https://example.org/${"a".repeat(3_000)}`), null);
});

test("addresses in text end where a reader would end them", () => {
  assert.deepEqual(targets("see https://a.example/b?c=d#e, or (http://f.example/g_(h))."), [
    "https://a.example/b?c=d#e",
    "http://f.example/g_(h)",
  ]);
  assert.deepEqual(targets('<a href="https://a.example/x">'), ["https://a.example/x"]);
  assert.deepEqual(targets("[text](https://a.example/y)"), ["https://a.example/y"]);
  assert.deepEqual(targets("xhttps://a.example javascript:alert(1) https:// http://["), []);
  assert.deepEqual(targets("**https://a.example/z**"), ["https://a.example/z"]);
});

test("a line without end keeps nobody waiting", () => {
  const begin = performance.now();
  for (const tail of ["!".repeat(50_000), ")".repeat(50_000)])
    assert.deepEqual(targets(`http://a/${tail}x and https://b.example/`), ["https://b.example/"]);
  assert.ok(performance.now() - begin < 5_000);
});

test("an address in text is where it says it is", () => {
  fc.assert(
    fc.property(fc.string(), fc.webUrl({ withFragments: true, withQueryParameters: true }), (before, url) => {
      for (const { from, to, text } of linksInText(`${before} ${url} end`))
        assert.equal(`${before} ${url} end`.slice(from, to), text);
    }),
  );
});

test("text that says another place than its link is noticed", () => {
  const target = "https://evil.example/login";
  assert.equal(isDisguised({ text: "https://bank.example/login", target }), true);
  assert.equal(isDisguised({ text: "click here", target }), true);
  assert.equal(isDisguised({ text: " https://evil.example/login ", target }), false);
  assert.equal(isDisguised({ text: "HTTPS://EVIL.example/login", target }), false);
  assert.equal(isDisguised({ text: "ada@example.org", target: "mailto:ada@example.org" }), false);
});

test("the destination is the host, in letters that cannot be mistaken", () => {
  assert.equal(
    destination(allowedTarget("https://bank.example@evil.example:8443/") ?? ""),
    "evil.example:8443",
  );
  assert.equal(destination(allowedTarget("https://\u0430pple.example/") ?? ""), "xn--pple-43d.example");
  assert.equal(destination("mailto:ada%40example.org"), "ada@example.org");
});

test("a program may write text to the clipboard, up to a limit, and never read it", () => {
  assert.deepEqual(clipboardRequest(encoded("Tide, 挨拶")), { kind: "write", text: "Tide, 挨拶" });
  assert.deepEqual(clipboardRequest(";aGk="), { kind: "write", text: "hi" });
  for (const data of [
    "c;?",
    "?",
    "c",
    "c;",
    ";",
    "c;!!!",
    `c;${Buffer.from([0xff, 0xfe]).toString("base64")}`,
  ])
    assert.deepEqual(clipboardRequest(data), { kind: "ignored" }, data);
  assert.equal(clipboardRequest(encoded("a".repeat(MAX_CLIPBOARD_BYTES))).kind, "write");
  assert.equal(clipboardRequest(encoded("a".repeat(MAX_CLIPBOARD_BYTES + 1))).kind, "too_large");
});

test("any data at all is a request or nothing", () => {
  fc.assert(fc.property(fc.string(), (data) => assert.ok(clipboardRequest(data).kind !== undefined)));
});

test("what is shown of it is short, on one line, and hides nothing", () => {
  assert.equal(clipboardPreview("curl x\n\x1b[2Jrm\x7f"), "curl x⏎␛[2Jrm␡");
  assert.equal(readableText("safe\u202egpj.exe\u200b\u0085"), "safe\ufffdgpj.exe\ufffd\ufffd");
  const long = clipboardPreview("👍🏽".repeat(500));
  assert.ok(long.endsWith("…") && long.length < 300);
});
