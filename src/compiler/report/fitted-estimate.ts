// Written by scripts/fit-resources.ts from bench/resources/synthesis.json; do not edit.
import type { Family } from './families.ts';
import type { FamilyFit } from './fit-model.ts';

export const fittedEstimate: Readonly<Partial<Record<Family, FamilyFit>>> = {
  xc7: {
    family: 'xc7',
    units: {
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 902,
          ff: 440,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=32 TRANSPOSED=1 WIDE=1':
        {
          lut: 1716,
          ff: 794,
          dsp: 32,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 294,
          ff: 196,
          dsp: 4,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 485,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 496,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 950,
          ff: 440,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 544,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 494,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 513,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 935,
          ff: 472,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 327,
          ff: 228,
          dsp: 4,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 529,
          ff: 334,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 954,
          ff: 472,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 548,
          ff: 334,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=16 TRANSPOSED=0 WIDE=0':
        {
          lut: 646,
          ff: 440,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=32 TRANSPOSED=0 WIDE=0':
        {
          lut: 1204,
          ff: 794,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=4 TRANSPOSED=0 WIDE=0':
        {
          lut: 230,
          ff: 196,
          dsp: 4,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 420,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 368,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 549,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 903,
          ff: 440,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=32 TRANSPOSED=1 WIDE=1':
        {
          lut: 1717,
          ff: 794,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 295,
          ff: 196,
          dsp: 4,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 421,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 550,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 384,
          ff: 334,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 384,
          ff: 334,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 368,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 416,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 951,
          ff: 440,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 545,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 402,
          ff: 334,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 403,
          ff: 334,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 430,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 549,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 437,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 513,
          ff: 302,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 935,
          ff: 472,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 327,
          ff: 228,
          dsp: 4,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 529,
          ff: 334,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 955,
          ff: 472,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 549,
          ff: 334,
          dsp: 8,
        },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=0 TABLES=0': {
        lut: 371,
        ff: 268,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=0 TABLES=1': {
        lut: 410,
        ff: 269,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=1 TABLES=0': {
        lut: 387,
        ff: 268,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=1 TABLES=1': {
        lut: 418,
        ff: 269,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=0 TABLES=0': {
        lut: 661,
        ff: 278,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=0 TABLES=1': {
        lut: 693,
        ff: 279,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=1 TABLES=0': {
        lut: 659,
        ff: 278,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=1 TABLES=1': {
        lut: 689,
        ff: 279,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=0 TABLES=0': {
        lut: 410,
        ff: 269,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=0 TABLES=1': {
        lut: 437,
        ff: 270,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=1 TABLES=0': {
        lut: 430,
        ff: 269,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=1 TABLES=1': {
        lut: 459,
        ff: 270,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=0 TABLES=0': {
        lut: 697,
        ff: 279,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=0 TABLES=1': {
        lut: 776,
        ff: 280,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=1 TABLES=0': {
        lut: 695,
        ff: 279,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=1 TABLES=1': {
        lut: 732,
        ff: 280,
        dsp: 2,
      },
    },
    rest: {
      lut: {
        constant: 669.296,
        rows: 92.68762,
        columns: 68.16882,
        macs: -0.5779831,
        secondPort: 33.52097,
        activationBits: 51.16278,
        weightBits: -1.811058,
        otherBits: 8.116582,
        TRANSPOSED: 5.970682,
        PORT: -18.88537,
        DIAGONAL: -16.26334,
        WINDOW: -72.33711,
        CLASS: 165.3009,
        WIDE: 15.6545,
        SIDE: 156.3872,
        RESIDUAL: 81.85394,
        MASKS: 147.4513,
        'WINDOW columns': 18.57811,
        'MAXIMUM columns': 0.1809167,
        'WINNERS columns': 11.1913,
        'SLOPE columns': 6.498407,
        'TABLES columns': -2.793986,
        'WIDE columns': 52.12383,
        'RESIDUAL columns': -3.524758,
        'MASKS columns': -6.485142,
        'BIAS_REGISTER columns': 17.83205,
        'SIDE columns': 5.780806,
      },
      ff: {
        constant: 1786.095,
        rows: 49.93555,
        columns: 85.6328,
        macs: 7.709368,
        secondPort: 27.6713,
        activationBits: 46.46917,
        weightBits: 22.8125,
        otherBits: 4.106737,
        TRANSPOSED: 18.3827,
        PORT: 4.184609,
        DIAGONAL: 3.738551,
        WINDOW: -27.58129,
        CLASS: 26.94441,
        WIDE: 142.1954,
        SIDE: 127.5267,
        RESIDUAL: 114.2722,
        MASKS: 146.328,
        'WINDOW columns': 11.33485,
        'MAXIMUM columns': -1.029392,
        'WINNERS columns': 0.1584768,
        'SLOPE columns': 1.082432,
        'TABLES columns': 3.196787,
        'WIDE columns': 5.270718,
        'RESIDUAL columns': 1.552753,
        'MASKS columns': -1.962028,
        'BIAS_REGISTER columns': 4.060394,
        'SIDE columns': -1.106549,
      },
    },
    tool: 'Yosys 0.55 (embedded)',
    points: 40,
    holdOut: {
      points: 10,
      lut: 3.27,
      ff: 1.51,
    },
  },
  xcup: {
    family: 'xcup',
    units: {
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1030,
          ff: 1080,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=32 TRANSPOSED=1 WIDE=1':
        {
          lut: 1972,
          ff: 2074,
          dsp: 32,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 326,
          ff: 356,
          dsp: 4,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 549,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 560,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1078,
          ff: 1080,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 608,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 557,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 576,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1062,
          ff: 1112,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 358,
          ff: 388,
          dsp: 4,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 592,
          ff: 654,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1081,
          ff: 1112,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 611,
          ff: 654,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=16 TRANSPOSED=0 WIDE=0':
        {
          lut: 774,
          ff: 1080,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=32 TRANSPOSED=0 WIDE=0':
        {
          lut: 1460,
          ff: 2074,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=4 TRANSPOSED=0 WIDE=0':
        {
          lut: 262,
          ff: 356,
          dsp: 4,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 484,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 432,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 613,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1030,
          ff: 1080,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=32 TRANSPOSED=1 WIDE=1':
        {
          lut: 1972,
          ff: 2074,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 326,
          ff: 356,
          dsp: 4,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 485,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 613,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 448,
          ff: 654,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 448,
          ff: 654,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 432,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 480,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1078,
          ff: 1080,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 608,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 466,
          ff: 654,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 467,
          ff: 654,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 487,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=0 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 612,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 501,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 576,
          ff: 622,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1062,
          ff: 1112,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 358,
          ff: 388,
          dsp: 4,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 592,
          ff: 654,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1082,
          ff: 1112,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=1 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 612,
          ff: 654,
          dsp: 8,
        },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=0 TABLES=0': {
        lut: 398,
        ff: 352,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=0 TABLES=1': {
        lut: 422,
        ff: 353,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=1 TABLES=0': {
        lut: 412,
        ff: 353,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=1 TABLES=1': {
        lut: 451,
        ff: 354,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=0 TABLES=0': {
        lut: 685,
        ff: 362,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=0 TABLES=1': {
        lut: 714,
        ff: 363,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=1 TABLES=0': {
        lut: 694,
        ff: 363,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=1 TABLES=1': {
        lut: 720,
        ff: 364,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=0 TABLES=0': {
        lut: 432,
        ff: 353,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=0 TABLES=1': {
        lut: 465,
        ff: 354,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=1 TABLES=0': {
        lut: 458,
        ff: 354,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=1 TABLES=1': {
        lut: 494,
        ff: 355,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=0 TABLES=0': {
        lut: 722,
        ff: 363,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=0 TABLES=1': {
        lut: 812,
        ff: 364,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=1 TABLES=0': {
        lut: 734,
        ff: 364,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=1 TABLES=1': {
        lut: 760,
        ff: 365,
        dsp: 2,
      },
    },
    rest: {
      base: 'xc7',
      lut: {
        base: 1.301818,
        constant: -605.2354,
        columns: -2.220277,
        macs: -1.895964,
      },
      ff: {
        base: 1.037278,
        constant: -133.0029,
        columns: 1.649147,
        macs: -0.6347799,
      },
    },
    tool: 'Yosys 0.55 (embedded)',
    points: 7,
    holdOut: {
      points: 5,
      lut: 2.32,
      ff: 0.55,
    },
  },
  ecp5: {
    family: 'ecp5',
    units: {
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1066,
          ff: 1080,
          dsp: 32,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=32 TRANSPOSED=1 WIDE=1':
        {
          lut: 2046,
          ff: 2074,
          dsp: 64,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 334,
          ff: 356,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 500,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 578,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1106,
          ff: 1080,
          dsp: 32,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 616,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 516,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 592,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1128,
          ff: 1112,
          dsp: 32,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 392,
          ff: 388,
          dsp: 8,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 632,
          ff: 654,
          dsp: 16,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1186,
          ff: 1112,
          dsp: 32,
        },
      'camber_column_pair COLUMN=0 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 696,
          ff: 654,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=16 TRANSPOSED=0 WIDE=0':
        {
          lut: 680,
          ff: 1080,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=32 TRANSPOSED=0 WIDE=0':
        {
          lut: 1276,
          ff: 2074,
          dsp: 64,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=4 TRANSPOSED=0 WIDE=0':
        {
          lut: 236,
          ff: 356,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 436,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 384,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 564,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 938,
          ff: 1080,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=32 TRANSPOSED=1 WIDE=1':
        {
          lut: 1790,
          ff: 2074,
          dsp: 64,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 302,
          ff: 356,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 437,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 565,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 438,
          ff: 654,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 426,
          ff: 654,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 422,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 422,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 978,
          ff: 1080,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 552,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=1 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 494,
          ff: 654,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=0 EXCHANGE=1 MAXIMUM=1 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=1':
        {
          lut: 494,
          ff: 654,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 438,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=0 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 569,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=0 WIDE=0':
        {
          lut: 456,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=0 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=0':
        {
          lut: 533,
          ff: 622,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 997,
          ff: 1112,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=1 ROWS=4 TRANSPOSED=1 WIDE=1':
        {
          lut: 372,
          ff: 388,
          dsp: 8,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=0 MAXIMUM=1 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 574,
          ff: 654,
          dsp: 16,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=0 PORT=1 ROWS=16 TRANSPOSED=1 WIDE=1':
        {
          lut: 1069,
          ff: 1112,
          dsp: 32,
        },
      'camber_column_pair COLUMN=2 DIAGONAL=1 EXCHANGE=1 MAXIMUM=1 PACKED=0 PORT=1 ROWS=8 TRANSPOSED=1 WIDE=1':
        {
          lut: 643,
          ff: 654,
          dsp: 16,
        },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=0 TABLES=0': {
        lut: 676,
        ff: 377,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=0 TABLES=1': {
        lut: 708,
        ff: 378,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=1 TABLES=0': {
        lut: 696,
        ff: 378,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=0 SLOPE=1 TABLES=1': {
        lut: 729,
        ff: 379,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=0 TABLES=0': {
        lut: 1107,
        ff: 387,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=0 TABLES=1': {
        lut: 1140,
        ff: 388,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=1 TABLES=0': {
        lut: 1114,
        ff: 388,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=0 RESIDUAL=1 SLOPE=1 TABLES=1': {
        lut: 1145,
        ff: 389,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=0 TABLES=0': {
        lut: 696,
        ff: 389,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=0 TABLES=1': {
        lut: 734,
        ff: 390,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=1 TABLES=0': {
        lut: 738,
        ff: 393,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=0 SLOPE=1 TABLES=1': {
        lut: 754,
        ff: 394,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=0 TABLES=0': {
        lut: 1136,
        ff: 399,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=0 TABLES=1': {
        lut: 1171,
        ff: 400,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=1 TABLES=0': {
        lut: 1163,
        ff: 403,
        dsp: 2,
      },
      'camber_requantise_lane MASKS=1 RESIDUAL=1 SLOPE=1 TABLES=1': {
        lut: 1204,
        ff: 404,
        dsp: 2,
      },
    },
    rest: {
      base: 'xc7',
      lut: {
        base: 1.561895,
        constant: 239.9605,
        columns: -30.10386,
        macs: -2.784892,
        WIDE: -1322.79,
      },
      ff: {
        base: 1.178923,
        constant: -98.96949,
        columns: 1.495465,
        macs: -2.754447,
        WIDE: 70.23493,
      },
    },
    tool: 'Yosys 0.55 (embedded)',
    points: 7,
    holdOut: {
      points: 5,
      lut: 2.18,
      ff: 1.16,
    },
  },
};
