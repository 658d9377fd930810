/** Live hints while a password is typed. The shell has the last word and knows the list of common ones. */

type Hint = { text: string; met: boolean };

export function passwordHints(password: string): Hint[] {
  return [
    { text: "At least 12 characters; a few words are easiest", met: [...password].length >= 12 },
    { text: "No common password, and not a few characters over and over", met: new Set(password).size >= 5 },
  ];
}

export function meetsPolicy(password: string): boolean {
  return passwordHints(password).every((hint) => hint.met);
}
