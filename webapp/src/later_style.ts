/** The style sheet of the screens that come after the first; the page has its address. */
import { LaterPart } from "./later_part.ts";

/** In force once it was fetched. */
export const LATER_STYLE = new LaterPart(
  () =>
    new Promise<void>((resolve, reject) => {
      const path = document.querySelector<HTMLMetaElement>("meta[name=later-style]")?.content ?? "";
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = path;
      link.addEventListener("load", () => resolve());
      link.addEventListener("error", () => {
        link.remove();
        reject(new Error(`Failed to fetch ${path}`));
      });
      document.head.append(link);
    }),
);
