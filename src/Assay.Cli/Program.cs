Console.Error.WriteLine("assay");
return 2;
