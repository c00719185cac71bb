/** Finds out whether WebGL has a GPU behind it. */

let known: boolean | undefined;

/** Say whether drawing with WebGL is quick here; asked of the browser once. */
export function hasGpu(): boolean {
  known ??= askBrowser();
  return known;
}

function askBrowser(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (gl === null) return false;
  const information = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(information?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext(); // a page may only have a few
  return !/swiftshader|llvmpipe|softpipe|software/i.test(renderer);
}
