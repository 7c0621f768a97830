import { expect } from 'chai';
import { isStockafolioError } from '../errors/index.js';
import { bigDecimal, bigMoney, decimal, int32, money, optional } from './fields.js';
import { typeName, typeNamed } from './scale.js';

describe('the scale of a type', () => {
  it('is from 0 to 18; money is the decimal of scale 4', () => {
    expect(money({ min: 1 })).to.deep.equal(decimal(4, { min: 1 }));
    expect(bigMoney()).to.deep.equal(bigDecimal(4));
    expect(decimal(18)).to.deep.include({ kind: 'decimal', scale: 18, min: -(2 ** 53) + 1, max: 2 ** 53 - 1 });
    expect(optional(decimal(2))).to.deep.include({ scale: 2, optional: true });
    for (const scale of [-1, 19, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const make of [decimal, bigDecimal]) {
        try {
          make(scale);
          expect.fail(`${scale} was accepted`);
        } catch (error) {
          if (!isStockafolioError(error, 'ERR_SCHEMA_INVALID')) throw error;
          expect(error.message).to.equal(`${scale} cannot be the scale of ${make.name}()`);
          expect(error.hint).to.contain('from 0 to 18');
        }
      }
    }
    expect(() => decimal(2, { min: 0.5 })).to.throw('0.5 cannot be a bound of decimal');
  });

  it('is in the name of the type; earlier versions had no name for other scales than that of money', () => {
    expect([money(), bigMoney(), decimal(0), bigDecimal(18), int32()].map(typeName)).to.deep.equal([
      ...['money', 'bigMoney', 'decimal(0)', 'bigDecimal(18)', 'int32'],
    ]);
    for (const type of [money(), bigMoney(), decimal(0), decimal(8), bigDecimal(18)]) {
      expect(typeNamed(typeName(type))).to.deep.equal({ kind: type.kind, scale: type.scale });
    }
    expect(typeNamed('int32')).to.deep.equal({ kind: 'int32' });
  });
});
