/** What the screen is like, for views that are built otherwise on another one. */
import { useEffect, useState } from "preact/hooks";

/** Whether a media query holds, now and later. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const follow = (): void => setMatches(list.matches);
    list.addEventListener("change", follow);
    follow();
    return () => list.removeEventListener("change", follow);
  }, [query]);
  return matches;
}
