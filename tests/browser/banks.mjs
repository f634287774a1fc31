/** The sandbox banks that the journeys go to. */
const bank = (id, name) => ({ id: `fakebank_${id}_xf`, name });

export const SIMPLE = bank("simple", "Fakebank Simple");
export const PENDING = bank("oauth_with_pending", "Fakebank OAuth with Pending");
export const OAUTH = bank("oauth", "Fakebank OAuth");
export const TWO_STEP = bank("two_step_interactive", "Fakebank Two Step Interactive");
export const INTERACTIVE = bank("interactive", "Fakebank Interactive");
export const OPTIONAL = bank("with_optional_fields", "Fakebank with Optional Fields");
export const IMAGE = bank("image", "Fakebank with Image");
export const TOKEN = bank("with_token", "Fakebank with Token");
export const SELECT = bank("select", "Fakebank with Select");
export const ERRORS = bank("with_error", "Fakebank with Error");
