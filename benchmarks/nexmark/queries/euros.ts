/**
 * The price in euros, 0.908 of it, as an amount of `money()`: units of a ten-thousandth. Exact, unlike the product of
 * binary floats.
 */
export function euros(price: number): number {
  return price * 9_080;
}
