/**
 * Look-alike labels, after UTS #39 ("Unicode Security Mechanisms"): section 5.2, Highly Restrictive, for mixed
 * scripts, and section 4, whole-script confusables, by a small table of the letters that pass for ASCII.
 */

export interface LabelFault {
  readonly reason: string;
  readonly suggestion?: string;
}

/** UAX #31, table 5: the scripts in everyday use. The others serve scholars and forgers. */
const SCRIPTS = [
  "Latin",
  "Cyrillic",
  "Greek",
  "Arabic",
  "Armenian",
  "Bengali",
  "Bopomofo",
  "Devanagari",
  "Ethiopic",
  "Georgian",
  "Gujarati",
  "Gurmukhi",
  "Han",
  "Hangul",
  "Hebrew",
  "Hiragana",
  "Kannada",
  "Katakana",
  "Khmer",
  "Lao",
  "Malayalam",
  "Myanmar",
  "Oriya",
  "Sinhala",
  "Tamil",
  "Telugu",
  "Thaana",
  "Thai",
  "Tibetan",
] as const;

/** The mixes that people write: each script alone, and those of Japanese, Chinese and Korean, with Latin. */
const MIXES: readonly RegExp[] = [
  ...SCRIPTS.map((script) => onlyScripts([script])),
  onlyScripts(["Latin", "Han", "Hiragana", "Katakana"]),
  onlyScripts(["Latin", "Han", "Bopomofo"]),
  onlyScripts(["Latin", "Han", "Hangul"]),
];

function onlyScripts(scripts: readonly string[]): RegExp {
  const classes = scripts.map((script) => `\\p{Script_Extensions=${script}}`).join("");
  return new RegExp(`^[${classes}\\p{Script_Extensions=Common}\\p{Script_Extensions=Inherited}]*$`, "u");
}

/** Latin letters of phonetic alphabets that pass for plain ones, clicks that pass for l and !, struck-out letters. */
const LATIN_LOOKALIKE =
  /[\u0251\u0261\u0262\u0269\u026A\u0274\u0280\u028F\u0299\u029C\u029F\u01C0-\u01C3\u0237\u1D00-\u1DBF\uA730-\uA7FF\uAB30-\uAB6F]|[\u0334-\u0338]|[ijl]\u0307/u;

/** Between Latin letters these pass for slash, hyphen, dot or bracket: `example.comノlogin.attacker.jp`. */
const MARKLIKE = /[ノソゾン〆〇丶丿丨一乙ー・〳〱くへトニエロ工口]/u;
const KANA_OR_HAN = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

interface Lookalikes {
  readonly script: string;
  readonly own: RegExp;
  /** Pairs: a letter of the script, the ASCII letter that it passes for. */
  readonly letters: ReadonlyMap<string, string>;
  /** Below these the script is at home, and a short native word is no forgery. */
  readonly homes: readonly string[];
}

const LOOKALIKES: readonly Lookalikes[] = [
  {
    script: "Cyrillic",
    own: /\p{Script=Cyrillic}/u,
    letters: pairs("аaвbгrԁdеeёeһhнhіiїiјjкkӏlмmпnоoӧoрpԛqгrѕsсcтtуyўyүyѵvԝwшwхxзeьbъbѡwҽeґrӓaѐeѝnԍg"),
    homes: ["bg", "by", "kg", "kz", "md", "me", "mk", "mn", "rs", "ru", "su", "tj", "ua", "uz"],
  },
  {
    script: "Greek",
    own: /\p{Script=Greek}/u,
    letters: pairs("αaβbγyεeηnιiκkνvοoρpςcσoτtυuχxωwϲcϳjόoίiάaύuώwήnέe"),
    homes: ["gr", "cy"],
  },
  {
    script: "Armenian",
    own: /\p{Script=Armenian}/u,
    letters: pairs("աwգqզqհhյjնuոnսuցgւlքpօoլlէt"),
    homes: ["am"],
  },
  { script: "Georgian", own: /\p{Script=Georgian}/u, letters: pairs("იoყyხbძdჽeჿo"), homes: ["ge"] },
  { script: "Hebrew", own: /\p{Script=Hebrew}/u, letters: pairs("וlןlסoיiחnםo"), homes: ["il"] },
  { script: "Thai", own: /\p{Script=Thai}/u, letters: pairs("ทnนuบuพwแlเlรsหnดnลaฬw"), homes: ["th"] },
];

function pairs(text: string): ReadonlyMap<string, string> {
  const characters = [...text];
  const map = new Map<string, string>();
  for (let i = 0; i + 1 < characters.length; i += 2) map.set(characters[i] ?? "", characters[i + 1] ?? "");
  return map;
}

/** Why a label (in Unicode) could pass for another; `tld` tells where a script is at home. */
export function labelFault(label: string, tld: string): LabelFault | undefined {
  if (/^[a-z0-9-]*$/.test(label)) return undefined;
  const symbol = /[^\p{L}\p{M}\p{N}\-·・׳״]/u.exec(label);
  if (symbol)
    return {
      reason: `the label \`${label}\` has the symbol \`${symbol[0]}\`, which registries do not allow`,
    };
  if (/(?<!l)·|·(?!l)/u.test(label)) return { reason: `the label \`${label}\` has a dot in its middle` };
  const mix = mixFault(label);
  if (mix !== undefined) return { reason: mix };
  const latin = LATIN_LOOKALIKE.exec(label);
  if (latin) return { reason: `the label \`${label}\` has \`${latin[0]}\`, which passes for another letter` };
  if (hasDisguisedMark(label)) {
    return { reason: `the label \`${label}\` has a character that passes for a punctuation mark` };
  }
  return wholeScriptFault(label, tld);
}

function mixFault(label: string): string | undefined {
  if (MIXES.some((mix) => mix.test(label))) return undefined;
  const found = SCRIPTS.filter((script) => new RegExp(`\\p{Script=${script}}`, "u").test(label));
  if (found.length < 2) return `the label \`${label}\` is in a script that is not in everyday use`;
  return `the label \`${label}\` mixes ${found.slice(0, -1).join(", ")} and ${found.at(-1)} letters`;
}

function hasDisguisedMark(label: string): boolean {
  if (!/[a-z]/.test(label)) return false;
  const characters = [...label];
  return characters.some(
    (character, i) =>
      MARKLIKE.test(character) &&
      ![characters[i - 1], characters[i + 1]].some(
        (near) => near !== undefined && KANA_OR_HAN.test(near) && !MARKLIKE.test(near),
      ),
  );
}

function wholeScriptFault(label: string, tld: string): LabelFault | undefined {
  const plain = label.normalize("NFC");
  for (const { script, own, letters, homes } of LOOKALIKES) {
    if (!own.test(plain) || homes.includes(tld) || own.test(tld)) continue;
    const characters = [...plain];
    if (!characters.every((c) => letters.has(c) || /[0-9-]/.test(c))) continue;
    const looksLike = characters.map((c) => letters.get(c) ?? c).join("");
    return {
      reason: `the label \`${label}\` is ${script} but passes for the Latin \`${looksLike}\``,
      suggestion: looksLike,
    };
  }
  return undefined;
}
