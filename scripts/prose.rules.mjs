// The rules of plain English for pages, help texts and comments: what is not written here, and what is written instead.

/** A sentence with more words than this is hard to read in a second language. */
export const LONGEST = 30;

const word = (words) => new RegExp(`\\b(?:${words})\\b`, 'i');

/** Words and phrases that are not used, wherever they stand. */
const WORDS = [
  [word("she|she's|her|hers|herself|he|his|him|himself"), 'say "the customer" or "they"'],
  [word('anew'), 'say "again", "from the start" or "rebuild"'],
  [
    word('(?:is|are|was|were|be|been|being) told(?! apart)'),
    'say who tells: "Rapport tells you", "the answer says", "you receive"',
  ],
  [
    /(?<!\bthere )\b(?:is|are|was|were|be) no (?!longer\b|more\b|less\b|fewer\b|later\b|earlier\b|older\b|newer\b)/i,
    'say "is not a"',
  ],
  [/(?<!\bthere )\b(?:is|are|was|were) none\b/i, 'say "is not one", or name what is missing'],
  [word('who(?:m|so)?ever'), 'name the role: "the operator", "the caller", "anyone who"'],
  [word('of late'), 'say "recently"'],
  [word('at hand'), 'say "current", "available" or name the thing'],
  [word('so (?:many|long|much)(?! that)'), 'give the number or the limit; for "so long as" say "as long as"'],
  [word('for ever'), 'say "forever", "permanently" or "without a limit"'],
  [word('nobody'), 'say "no customer", "no user", "no reader"; or turn the sentence round'],
  [word('somebody'), 'name the role: "a customer", "the operator", "someone"'],
  [word('mend(?:s|ed|ing)?'), 'say "correct", "fix" or "repair"'],
  [word('put(?:ting)? right'), 'say "correct" or "fix"'],
  [word('uptake'), 'say "delivery feeder"'],
  [word('courier'), 'say "delivery worker"'],
  [word('lanes?'), 'say "customer queue"'],
  [word('rouse[sd]?|rousing'), 'say "release" or "wake"'],
  [word('who(?: |-)?is(?: |-)?who'), 'say "identity resolution"'],
  [word('in the house|of the house'), 'say "in this repository" or "package"'],
].map(([pattern, say]) => ({ find: (text) => pattern.exec(text)?.[0], say }));

/** A relative clause as the subject of a sentence: "Who reads slowly waits." A question may begin so. */
const HEADLESS = {
  find: (text) => (/[?:]["”)]*$/.test(text) ? undefined : /^["“(]?(?:Who|What|Which)(?:ever)?\b/.exec(text)?.[0]),
  say: 'begin with a noun: "A reader that ...", "The content of ..."',
};

const problems = (rules) => (text) =>
  rules.flatMap(({ find, say }) => {
    const found = find(text);
    return found === undefined ? [] : [`"${found.trim()}": ${say}`];
  });

/** What is wrong with the words of a text, each with what to say instead. */
export const wordProblems = problems(WORDS);

/** What is wrong with a sentence of `words` words. A heading or a cell that only names something is not one. */
export const sentenceProblems = (text, words, isSentence) => [
  ...(words > LONGEST ? [`${words} words: split it, or make a list; ${LONGEST} are the most`] : []),
  ...problems(isSentence ? [...WORDS, HEADLESS] : WORDS)(text),
];
