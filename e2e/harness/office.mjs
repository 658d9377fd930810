/** What people of an office do again and again, in the words of the screens. */
export const ANA = {
  organization: "Cocina del Olivar",
  name: "Ana García",
  email: "ana@example.org",
  password: "olive branches at noon",
};

/** From the first screen to an office of one's own on this computer. */
export async function useThisComputer(screen, who = ANA) {
  await screen.click("button", "Use this computer");
  await screen.fill("Organization", who.organization);
  await screen.fill("Your name", who.name);
  await screen.fill("E-mail", who.email);
  await screen.fill("Password", who.password);
  await screen.click("button", "Set up");
  await screen.see("heading", "Events", { patience: 60_000 });
}

/** From the first screen to a desk on somebody else's server. */
export async function connect(screen, { link, email, password }) {
  await screen.click("button", "Connect to a server");
  await screen.fill("Server link", link);
  await screen.click("button", "Connect");
  await screen.see("heading", "Sign in");
  await screen.fill("E-mail", email);
  await screen.fill("Password", password);
  await screen.click("button", "Sign in");
  await screen.see("heading", "Events", { patience: 60_000 });
}

/** Waits until this desk shows what the server has. */
export async function upToDate(screen) {
  await screen.see("status", "Sync", { patience: 30_000 });
  await screen.reads("Up to date", 30_000);
}
