/** Letters that NFKD leaves whole. Cyrillic after BGN/PCGN, Greek after ELOT 743, both simplified to ASCII. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  `
  ß ss æ ae œ oe ø o đ d ð d þ th ł l ı i ħ h ŋ n ŧ t ə e ƒ f ĸ k ɛ e ɔ o ɖ d ɓ b ɗ d ƙ k
  а a б b в v г g ґ g д d е e ж zh з z и i і i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh
  щ shch ъ - ы y ь - э e ю yu я ya є ye ђ dj ј j љ lj њ nj ћ c џ dz ѕ dz қ q ғ gh ң ng ө o ұ u ү u һ h ә a
  α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
  `
    .trim()
    .split(/\s+/)
    .reduce<[string, string][]>((pairs, word, i, words) => {
      if (i % 2 === 0) pairs.push([word, words[i + 1] === "-" ? "" : (words[i + 1] ?? "")]);
      return pairs;
    }, []),
);

/** Lower case, without marks, in ASCII where a letter has an ASCII form; all else stays as it is. */
export function transliterate(text: string): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "");
  return plain.replace(/[^\p{ASCII}]/gu, (letter) => LETTERS.get(letter) ?? letter);
}
