/**
 * About how many tokens `text` is for a model, without its vocabulary: four ASCII characters to a token, two of another
 * alphabet, one of Chinese, Japanese or Korean, and half an emoji (one of its two UTF-16 units). Meant to err upwards.
 */
export function estimateTokens(text: string): number {
  let quarters = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    quarters += unit < 0x80 ? 1 : unit < 0x2e80 ? 2 : 4;
  }
  return Math.ceil(quarters / 4);
}
