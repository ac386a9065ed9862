import { useNavigate } from 'react-router'

/**
 * Leads to the file that a change made, also where the list has let go of the button before the answer was there: then what is handed to
 * `mutate` is not called any more. What goes wrong is said beside the button.
 */
export function useGoToFile(): (made: Promise<{ fileId: number | null }>) => void {
  const navigate = useNavigate()
  return made => {
    made.then(
      ({ fileId }) => fileId !== null && navigate(`/files/${fileId}`),
      () => {},
    )
  }
}
