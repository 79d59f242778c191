import { type CrossSellCandidate, type CrossSellReply, ownLanguage } from '@rapport/domain';
import { counted, whole } from './numbers';
import type { Look } from './relationship';
import { plain } from './style';
import { table } from './table';
import { wordsIn } from './words';

/** Why a product is offered, by the customer's product that weighs most. */
const reasonText = ({ reasons, popular, owners }: CrossSellCandidate, language: Look['language']): string => {
  const [first] = reasons;
  if (popular === true || first === undefined)
    return ownLanguage(language) === 'vi'
      ? `được ưa chuộng: ${whole(owners)} người mua`
      : `popular: ${counted(owners, 'customer')} ${owners === 1 ? 'owns' : 'own'} it`;
  const others = reasons.slice(1).map(({ product }) => plain(product));
  const more = others.length > 0 ? `; ${ownLanguage(language) === 'vi' ? 'cũng' : 'also'} ${others.join(', ')}` : '';
  const lift = first.lift.toFixed(1);
  return ownLanguage(language) === 'vi'
    ? `${whole(first.together)} trên ${whole(first.owners)} người mua ${plain(first.product)} cũng mua (${lift}×)${more}`
    : `${whole(first.together)} of ${counted(first.owners, 'owner')} of ${plain(first.product)} ${first.together === 1 ? 'owns' : 'own'} it too (${lift}×)${more}`;
};

export const candidateLines = (reply: CrossSellReply, look: Look): readonly string[] => {
  const words = wordsIn(look.language);
  if (reply.kind === 'withheld') return [`${look.style.yellow(words.withheld)} ${plain(reply.reason)}`];
  if (reply.candidates.length === 0) return [words.none];
  const rows = reply.candidates.map((candidate) => [
    look.style.dim(String(candidate.rank)),
    plain(candidate.product),
    reasonText(candidate, look.language),
  ]);
  const longest = Math.max(...reply.candidates.map(({ product }) => product.length));
  return [table([{ title: '', align: 'right' }, { title: '' }, { title: '', width: look.width - longest - 10 }], rows)];
};
