/** Files that are dropped on the page or pasted into it. */

/** Whether what is dragged over the page are files. */
export function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

export function droppedFiles(event: DragEvent): File[] {
  return [...(event.dataTransfer?.files ?? [])];
}

/** Return what was pasted if it is files alone, such as a picture; with text beside them it is the text that is meant. */
export function pastedFiles(event: ClipboardEvent): File[] {
  const { clipboardData } = event;
  return clipboardData === null || clipboardData.types.includes("text/plain") ? [] : [...clipboardData.files];
}
