import { addressRules } from "./addresses.js";
import { assignmentRules } from "./assignments.js";
import { bareTokenRules } from "./bare-tokens.js";
import { codeRules } from "./codes.js";
import { credentialRules } from "./credentials.js";
import { emailRules } from "./email.js";
import { identityDocumentRules } from "./identity-documents.js";
import { nationalIdRules } from "./national-ids.js";
import { passwordRules } from "./passwords.js";
import { personalNumberRules } from "./personal-numbers.js";
import { privateIntentRules } from "./private-intent.js";
import type { Rule } from "./rule.js";
import { safetyRules } from "./safety.js";
import { seedPhraseRules } from "./seed-phrases.js";
import { statementRules } from "./statements.js";
import { vendorTokenRules } from "./vendor-tokens.js";

/** Every rule of the house: the most specific first, since of equal hits the first explains best. */
export const defaultRules: readonly Rule[] = [
  ...vendorTokenRules,
  ...credentialRules,
  ...assignmentRules,
  ...passwordRules,
  ...codeRules,
  ...seedPhraseRules,
  ...bareTokenRules,
  ...emailRules,
  ...personalNumberRules,
  ...nationalIdRules,
  ...identityDocumentRules,
  ...addressRules,
  ...statementRules,
  ...privateIntentRules,
  ...safetyRules,
];
