/** Hands a complete file to the phone: as a download of the browser, or to its share sheet. */

const REVOKED_AFTER_SECONDS = 60;

export function saveFile(file: File): void {
  const address = URL.createObjectURL(file);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = file.name;
  anchor.click();
  // the browser reads it after the click; nobody tells when it is done
  setTimeout(() => URL.revokeObjectURL(address), REVOKED_AFTER_SECONDS * 1_000);
}

export function canShare(file: File): boolean {
  return navigator.canShare?.({ files: [file] }) ?? false;
}

/** Show the share sheet; it is the user's to close it. */
export function shareFile(file: File): void {
  void navigator.share({ files: [file] }).catch(() => undefined);
}
