"""What is told of a run: result, figures, text, chart, and one commit's figures beside another's."""
