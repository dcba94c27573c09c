import { diagnostic, type Diagnostic } from '../diagnostics.ts';
import { peak, type CalibrationTable } from './calibration.ts';

/** Fewer pictures than this leave the ranges to chance. */
const fewPictures = 8;

/**
 * What is wrong with a calibration set: too few pictures, pictures without content, one class only, channels that
 * never came alive.
 *
 * @param image Name of the network's input tensor.
 */
export function checkCalibration(calibration: CalibrationTable, image: string): Diagnostic[] {
  const { pictures, activations, topClasses } = calibration;
  const warn = (message: string, hint: string, tensor?: string) =>
    diagnostic('CAM404', message, hint, tensor === undefined ? {} : { tensor });
  const found: Diagnostic[] = [];
  if (pictures < fewPictures) {
    found.push(
      warn(
        `The calibration set has only ${pictures} ${pictures === 1 ? 'picture' : 'pictures'}.`,
        'Give a hundred pictures like those the network will see.',
      ),
    );
  }
  const input = activations.get(image);
  if (input && input.minimum.every((low, k) => low === input.maximum[k])) {
    found.push(
      warn('All calibration pictures are one constant colour.', 'Calibrate on real pictures.', image),
    );
  }
  if (topClasses === 1 && pictures > 1) {
    found.push(
      warn(
        'The network takes all calibration pictures for the same class.',
        'Add pictures of the other classes.',
      ),
    );
  }
  for (const [tensor, statistics] of activations) {
    const channels = statistics.minimum.length;
    const dead = statistics.minimum.filter((low, k) => low === 0 && statistics.maximum[k] === 0).length;
    if (peak(statistics) === 0) {
      found.push(
        warn(
          `Tensor "${tensor}" is zero on all calibration pictures: it has no range.`,
          'Calibrate on pictures like those the network will see.',
          tensor,
        ),
      );
    } else if (dead > channels / 2) {
      found.push(
        warn(
          `${dead} of the ${channels} channels of "${tensor}" are zero on all calibration pictures.`,
          'Calibrate on more varied pictures; channels that stay dead could be pruned.',
          tensor,
        ),
      );
    }
  }
  return found;
}
